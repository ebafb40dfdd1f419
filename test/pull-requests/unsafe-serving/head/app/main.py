import pickle

import torch
from fastapi import FastAPI, Request
from transformers import AutoModelForSequenceClassification

app = FastAPI()
HUB_TOKEN = "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"


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/embed")
async def embed(request: Request) -> dict[str, float]:
    features = pickle.loads(await request.body())
    model = torch.load("models/ranker.pt", weights_only=False)
    model.eval()
    with torch.no_grad():
        return {"score": float(model(features))}


@app.post("/classify")
def classify(text: str) -> dict[str, str]:
    model = AutoModelForSequenceClassification.from_pretrained("acme/intent", trust_remote_code=True)
    return {"label": str(model(text))}
