from prometheus_client import Counter, Histogram

REQUESTS = Counter("ranker_requests_total", "Requests")
LATENCY = Histogram("ranker_latency_seconds", "Latency")
