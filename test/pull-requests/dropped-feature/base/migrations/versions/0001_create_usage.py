"""create customer_usage"""
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "customer_usage",
        sa.Column("customer_id", sa.Integer, nullable=False),
        sa.Column("avg_session_minutes", sa.Float),
        sa.Column("support_tickets_30d", sa.Integer),
        sa.Column("event_timestamp", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("customer_usage")
