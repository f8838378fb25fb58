using System.Globalization;
using System.Text;

namespace Hybrid.FleetSimulation;

/// <summary>A line plot as SVG, readable on light and dark pages.</summary>
/// <param name="Title">Above it.</param>
/// <param name="X">The axis below.</param>
/// <param name="Y">The axis on the left.</param>
/// <param name="Lines">The lines.</param>
internal sealed record Plot(string Title, Axis X, Axis Y, IReadOnlyList<PlotLine> Lines)
{
    private const double Width = 760;
    private const double Height = 420;
    private const double Left = 80;
    private const double Right = 220;
    private const double Top = 44;
    private const double Bottom = 56;

    // Distinguishable without colour vision (Okabe and Ito).
    private static readonly string[] Colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

    /// <summary>Draws it.</summary>
    public string Draw()
    {
        var svg = new StringBuilder();
        Add($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="13">""");
        Add($"""<rect width="{Width}" height="{Height}" fill="#ffffff"/>""");
        Add($"""<text x="{Left}" y="24" font-size="15" font-weight="bold" fill="#222222">{Title}</text>""");
        foreach (var tick in X.Ticks)
        {
            var x = XOf(tick);
            Add($"""<line x1="{x:0.#}" y1="{Top}" x2="{x:0.#}" y2="{Height - Bottom}" stroke="#dddddd"/>""");
            Add($"""<text x="{x:0.#}" y="{Height - Bottom + 18}" text-anchor="middle" fill="#444444">{Axis.Label(tick)}</text>""");
        }

        foreach (var tick in Y.Ticks)
        {
            var y = YOf(tick);
            Add($"""<line x1="{Left}" y1="{y:0.#}" x2="{Width - Right}" y2="{y:0.#}" stroke="#dddddd"/>""");
            Add($"""<text x="{Left - 8}" y="{y + 4:0.#}" text-anchor="end" fill="#444444">{Axis.Label(tick)}</text>""");
        }

        var middle = (Left + Width - Right) / 2;
        Add($"""<text x="{middle:0.#}" y="{Height - 14}" text-anchor="middle" fill="#222222">{X.Name}</text>""");
        Add($"""<text x="18" y="{Height / 2}" text-anchor="middle" transform="rotate(-90 18 {Height / 2})" fill="#222222">{Y.Name}</text>""");
        for (var index = 0; index < Lines.Count; index++)
        {
            var colour = Colours[index % Colours.Length];
            var points = string.Join(' ', Lines[index].Points.Select(point => Invariant($"{XOf(point.X):0.#},{YOf(point.Y):0.#}")));
            Add($"""<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>""");
            var y = Top + 14 + (index * 22);
            Add($"""<line x1="{Width - Right + 14}" y1="{y - 4}" x2="{Width - Right + 38}" y2="{y - 4}" stroke="{colour}" stroke-width="3"/>""");
            Add($"""<text x="{Width - Right + 44}" y="{y}" fill="#222222">{Lines[index].Name}</text>""");
        }

        svg.Append("</svg>\n");
        return svg.ToString();

        void Add(FormattableString line) => svg.Append(Invariant(line)).Append('\n');
    }

    private double XOf(double value) => Left + (X.PlaceOf(value) * (Width - Left - Right));

    private double YOf(double value) => Height - Bottom - (Y.PlaceOf(value) * (Height - Top - Bottom));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
