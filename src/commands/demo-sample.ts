/** A small fraud model as a team would keep it: training, a bundle that deploys it, a monitor, feature views and a service. */
export const SAMPLE_BASE: Readonly<Record<string, string>> = {
  'README.md': '# Fraud model\n\nTrains, registers and serves the fraud model.\n',
  'requirements.txt': 'fastapi==0.112.0\nmlflow==2.16.0\npandas==2.2.2\nscikit-learn==1.5.1\ntorch==2.4.0\n',
  'src/train.py': `import mlflow
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main() -> None:
    frame = pd.read_parquet("data/transactions.parquet")
    X = frame.drop(columns=["is_fraud"])
    y = frame["is_fraud"]
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=7, stratify=y)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    with mlflow.start_run():
        mlflow.log_params({"C": 1.0})
        model.fit(X_train, y_train)
        mlflow.log_metric("auc", roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
        mlflow.sklearn.log_model(model, "model", input_example=X_train[:5])


if __name__ == "__main__":
    main()
`,
  'service/app.py': `import mlflow
from fastapi import FastAPI

app = FastAPI()
model = mlflow.pyfunc.load_model("models:/fraud/6")


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}
`,
  'databricks.yml': `bundle:
  name: fraud

include:
  - resources/serving.yml

targets:
  prod:
    mode: production
`,
  'resources/serving.yml': `resources:
  model_serving_endpoints:
    fraud:
      name: fraud
      config:
        served_entities:
          - entity_name: main.fraud.model
            entity_version: "6"
            workload_size: Small
            scale_to_zero_enabled: false
`,
  'monitoring/drift.yaml': 'drift_share: 0.3\nstattest: psi\nstattest_threshold: 0.1\n',
  'feature_repo/views.py': `from datetime import timedelta

from feast import BigQuerySource, Entity, FeatureView, Field
from feast.types import Float32

customer = Entity(name="customer", join_keys=["customer_id"])
usage = BigQuerySource(name="usage", table="analytics.usage", timestamp_field="event_timestamp")

usage_features = FeatureView(
    name="usage_features",
    entities=[customer],
    ttl=timedelta(days=7),
    schema=[Field(name="avg_amount_30d", dtype=Float32)],
    source=usage,
)
`,
};

const TRAIN = (SAMPLE_BASE['src/train.py'] ?? '')
  .replace('train_test_split(X, y, random_state=7, stratify=y)', 'train_test_split(X, y)')
  .replace(
    '    model = make_pipeline(StandardScaler(), LogisticRegression())\n',
    '    scaler = StandardScaler()\n    X_train = scaler.fit_transform(X_train)\n    X_test = scaler.fit_transform(X_test)\n    model = LogisticRegression()\n',
  )
  .replace('from sklearn.pipeline import make_pipeline\n', '');

/** What the pull request of the demo does to it: version 7, in a hurry. */
export const SAMPLE_CHANGE: Readonly<Record<string, string>> = {
  'src/train.py': TRAIN,
  'service/app.py': `${(SAMPLE_BASE['service/app.py'] ?? '').replace('import mlflow\n', 'import pickle\n\nimport mlflow\nimport torch\n').replace('FastAPI\n', 'FastAPI, Request\n')}

@app.post("/score")
async def score(request: Request) -> dict[str, float]:
    rows = pickle.loads(await request.body())
    embedder = torch.load("models/embedder.pt", weights_only=False)
    return {"fraud": float(model.predict(embedder(rows))[0])}
`,
  'resources/serving.yml': (SAMPLE_BASE['resources/serving.yml'] ?? '')
    .replace('"6"', '"7"')
    .replace('scale_to_zero_enabled: false', 'scale_to_zero_enabled: true'),
  'resources/monitoring.yml': `resources:
  quality_monitors:
    fraud_monitor:
      table_name: main.fraud.predictions
      assets_dir: /Workspace/monitoring/fraud
      output_schema_name: main.fraud
      inference_log:
        granularities: ["1 day"]
        model_id_col: model_id
        prediction_col: prediction
        timestamp_col: scored_at
`,
  'monitoring/drift.yaml': 'drift_share: 0.7\nstattest: psi\nstattest_threshold: 0.25\n',
  'migrations/versions/0002_drop_amount.py': `"""drop avg_amount_30d"""
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_column("usage", "avg_amount_30d")


def downgrade() -> None:
    pass
`,
};
