import mlflow
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler


def main() -> None:
    frame = pd.read_parquet("data/churn.parquet")
    frame["tenure"].fillna(0, inplace=True)
    X = frame.drop(columns=["churned"])
    y = frame["churned"]
    X_train, X_test, y_train, y_test = train_test_split(X, y)
    scaler = StandardScaler()
    X_train = scaler.fit_transform(X_train)
    X_test = scaler.fit_transform(X_test)
    model = LogisticRegression()
    with mlflow.start_run():
        mlflow.log_params({"C": 1.0})
        model.fit(X_train, y_train)
        mlflow.log_metric("auc", roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
        mlflow.sklearn.log_model(model, "model", registered_model_name="churn")


if __name__ == "__main__":
    main()
