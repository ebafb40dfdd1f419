import random

random.seed(7)
print("trains")
