import argparse

import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
args = parser.parse_args()
mlflow.pyfunc.load_model(args.model)
