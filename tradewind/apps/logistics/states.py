"""What kinds of ways and places there are. Nothing here has a life cycle: a card ends by its dates."""

SERVICE_KINDS = ("postal", "express", "line", "first_leg", "local")
WAREHOUSE_KINDS = ("own", "overseas", "platform", "supplier")
