using Hybrid.LocalStack.Cli;
using Hybrid.LocalStack.Stack;

return await StackCommand.InvokeAsync(args, StackLayout.OfCheckout(), Console.Out, Console.Error);
