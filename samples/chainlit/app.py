"""A Chainlit chat over the edge worker: streams, lets one choose the model, and shows which way each answer went and why."""

import os

import chainlit as cl
from openai import AsyncOpenAI, OpenAIError

client = AsyncOpenAI(
    base_url=os.environ.get("HYBRID_URL", "http://127.0.0.1:8000/v1"),
    # Without API keys the worker takes no notice of it, but the SDK insists on one.
    api_key=os.environ.get("HYBRID_KEY", "none"),
)

DESCRIPTIONS = {
    "hybrid": "The router decides: the local model answers what it is sure of, the cloud the rest.",
    "cloud": "Always the cloud's large model.",
}


@cl.set_chat_profiles
async def models():
    """One profile for each model the worker offers."""
    return [
        cl.ChatProfile(name=model.id, markdown_description=DESCRIPTIONS.get(model.id, "Always this local model."))
        async for model in client.models.list()
    ]


@cl.on_chat_start
async def start():
    cl.user_session.set("messages", [])


@cl.on_message
async def answer(message: cl.Message):
    messages = cl.user_session.get("messages")
    messages.append({"role": "user", "content": message.content})
    reply = cl.Message(content="")
    route = None

    try:
        stream = await client.chat.completions.create(
            model=cl.user_session.get("chat_profile") or "hybrid", messages=messages, stream=True
        )
        async for chunk in stream:
            if text := chunk.choices[0].delta.content:
                await reply.stream_token(text)
            # The last chunk says where the answer came from; the SDK keeps fields it does not know.
            route = (chunk.model_extra or {}).get("hybrid") or route
    except OpenAIError as error:
        # What had no answer is no part of the conversation: a question that was too long would make every later one so.
        messages.pop()
        await cl.ErrorMessage(content=str(error)).send()
        return

    messages.append({"role": "assistant", "content": reply.content})
    if route:
        sure = f", confidence {route['confidence']:.2f}" if "confidence" in route else ""
        draft = ", a draft: the cloud took too long" if route.get("draft") else ""
        reply.elements = [
            cl.Text(name="route", display="inline", content=f"{route['route']} ({route['reason']}{sure}{draft}), {route['model']}")
        ]
    await reply.send()
