"""drop support tickets"""
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_column("customer_usage", "support_tickets_30d")
    op.execute("DELETE FROM customer_labels")


def downgrade() -> None:
    pass
