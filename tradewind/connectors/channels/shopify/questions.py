"""What is asked of Shopify, in its language."""

VERSION = "2026-07"
PAGE, LINES = 20, 100

_MONEY = "shopMoney { amount currencyCode }"
_ORDER = f"""
  name createdAt updatedAt cancelledAt taxesIncluded email phone
  displayFinancialStatus displayFulfillmentStatus currencyCode
  shippingAddress {{ name company phone address1 address2 city provinceCode zip countryCodeV2 }}
  shippingLines(first: 10) {{ nodes {{
    discountedPriceSet {{ {_MONEY} }} taxLines {{ priceSet {{ {_MONEY} }} }}
  }} }}
  lineItems(first: {LINES}) {{
    pageInfo {{ hasNextPage }}
    nodes {{
      id sku title quantity currentQuantity
      originalUnitPriceSet {{ {_MONEY} }}
      discountAllocations {{ allocatedAmountSet {{ {_MONEY} }} }}
      taxLines {{ priceSet {{ {_MONEY} }} }}
    }}
  }}
"""
ORDERS = f"""query Orders($query: String!, $after: String) {{
  orders(first: {PAGE}, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }} nodes {{ {_ORDER} }}
  }}
}}"""
TO_FULFIL = """query ToFulfil($query: String!) {
  orders(first: 2, query: $query) { nodes {
    id name
    fulfillments(first: 50) { id trackingInfo { number } }
    fulfillmentOrders(first: 20) { nodes {
      id status lineItems(first: 100) { nodes { id remainingQuantity lineItem { id } } }
    } }
  } }
}"""
FULFIL = """mutation Fulfil($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { field message } }
}"""
VARIANTS = """query Variants($query: String!) {
  productVariants(first: 3, query: $query) {
    nodes { id sku product { id } inventoryItem { id tracked } }
  }
}"""
PRICE = """mutation Price($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants) { userErrors { field message } }
}"""
STOCK = """mutation Stock($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) { userErrors { field message } }
}"""
