from datetime import timedelta

from feast import BigQuerySource, Entity, FeatureView, Field
from feast.types import Float32, Int64

customer = Entity(name="customer", join_keys=["customer_id"])

customer_usage = BigQuerySource(
    name="customer_usage",
    table="analytics.customer_usage",
    timestamp_field="event_timestamp",
)

usage_features = FeatureView(
    name="usage_features",
    entities=[customer],
    ttl=timedelta(days=7),
    schema=[
        Field(name="avg_session_minutes", dtype=Float32),
        Field(name="support_tickets_30d", dtype=Int64),
    ],
    source=customer_usage,
)
