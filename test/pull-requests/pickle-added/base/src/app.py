import pickle

with open("models/ranker.pkl", "rb") as file:
    model = pickle.load(file)
