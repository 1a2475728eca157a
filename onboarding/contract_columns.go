package onboarding

// contractColumns are the columns of a file of contracts of the common shapes: a plan, or one fee or usage price per row. Rows with the
// same number are lines of one contract. Whatever else can be agreed is said by contract documents (YAML, JSON).
var contractColumns = []Column{
	{Name: "contract", Aliases: []string{"contract_number", "number", "subscription", "subscription_id"}, Required: true, About: "The contract's number; rows with the same one are its lines.", Examples: []string{"C-1001", "C-1002"}},
	{Name: "customer", Aliases: []string{"customer_id", "external_id", "account"}, Required: true, About: "External id of who uses it.", Examples: []string{"acme", "rhein"}},
	{Name: "payer", Aliases: []string{"bill_to"}, About: "External id of who pays, where that is somebody else.", Examples: []string{"", ""}},
	{Name: "entity", Aliases: []string{"seller", "legal_entity"}, Required: true, About: "The code of our legal entity that sells.", Examples: []string{"nlus", "nleu"}},
	{Name: "currency", Required: true, About: "ISO 4217 code it is billed in.", Examples: []string{"USD", "EUR"}},
	{Name: "from", Aliases: []string{"start", "starts_on", "start_date", "term_from"}, Required: true, About: "First day of the contract, also where that was years ago.", Examples: []string{"2026-01-01", "2026-03-01"}},
	{Name: "through", Aliases: []string{"end", "ends_on", "end_date", "term_through"}, About: "Last day of the term; a plan knows its own.", Examples: []string{"2026-12-31", ""}},
	{Name: "title", About: "What the contract is called.", Examples: []string{"Platform 2026", ""}},
	{Name: "plan", Aliases: []string{"plan_code"}, About: "Code of a plan of the catalog: its lines and prices are the contract's, and no other column of a line is filled.", Examples: []string{"", "starter"}},
	{Name: "line", Aliases: []string{"line_id", "item"}, About: "What the line is called for ever; empty: its product.", Examples: []string{"platform", ""}},
	{Name: "product", Aliases: []string{"sku", "product_code"}, About: "Code of the product.", Examples: []string{"platform", ""}},
	{Name: "description", Aliases: []string{"line_description"}, About: "What an invoice calls the line; empty: as the product.", Examples: []string{"", ""}},
	{Name: "charge", Aliases: []string{"charge_type", "type"}, About: "recurring, usage or once; empty: usage where there is a meter, else recurring.", Examples: []string{"recurring", ""}},
	{Name: "quantity", Aliases: []string{"seats", "units"}, About: "How many units; of a plan, what the customer chose.", Examples: []string{"10", "5"}},
	{Name: "unit_price", Aliases: []string{"price"}, About: "Price of a unit for a whole billing period, of a usage line for a unit used; with a point, no separators.", Examples: []string{"120.00", ""}},
	{Name: "every", Aliases: []string{"billing_period", "interval", "cycle"}, About: "month, quarter, half-year, year or term.", Examples: []string{"month", ""}},
	{Name: "in", Aliases: []string{"timing", "billed_in"}, About: "advance or arrears; empty: advance.", Examples: []string{"advance", ""}},
	{Name: "meter", Aliases: []string{"usage_meter"}, About: "Meter of a usage line.", Examples: []string{"", ""}},
	{Name: "included", Aliases: []string{"included_units", "free_units"}, About: "Units free in each whole period.", Examples: []string{"", ""}},
	{Name: "once_on", Aliases: []string{"on", "due_on"}, About: "Day of a one-time fee; empty: the first day.", Examples: []string{"", ""}},
	{Name: "discount_percent", Aliases: []string{"discount"}, About: "Off all lines of the contract, over its whole term.", Examples: []string{"", ""}},
	{Name: "net_days", Aliases: []string{"payment_terms", "net"}, About: "Days from invoice to due; empty: due on receipt.", Examples: []string{"30", "14"}},
	{Name: "po_number", Aliases: []string{"purchase_order", "po"}, About: "The customer's purchase order number.", Examples: []string{"", "PO-7731"}},
	{Name: "align", Aliases: []string{"billing_day"}, About: "anniversary, or calendar for periods that begin on the first of a month.", Examples: []string{"anniversary", ""}},
	{Name: "auto_renew", About: "yes where a further term begins without notice.", Examples: []string{"yes", ""}},
	{Name: "renewal_months", About: "Length of each further term; empty: as long as the first.", Examples: []string{"12", ""}},
	{Name: "notice_days", About: "Last day to say no: the term's last day less these.", Examples: []string{"30", ""}},
	{Name: "reason", About: "Why it is amended, for a version that follows another.", Examples: []string{"", ""}},
}
