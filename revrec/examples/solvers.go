package examples

// solvers translate a kind of case into the engine's inputs and ask it.
var solvers = map[string]func(*facts) object{
	"ratable_schedule": ratable, "free_trial": trial, "discount_committed": discounted,
	"ssp_allocation": relative, "ssp_allocation_discount": relative, "ssp_allocation_residual": residual, "variable_allocation": variable,
	"ssp_range": ranged, "ramp_allocation": ramps, "ramp_straight_line": priceRamp, "ramp_quantity": seats,
	"breakage_proportional": breakage, "contract_netting": netting, "long_short_term_split": maturity, "rpo": remaining, "presentation": presented,
	"commitment_period": commitment, "commitment_period_series": commitments, "commitment_drawdown_split": straddled, "credits_drawdown": credits,
	"event_journal": events, "waterfall": fallen, "portfolio_reports": portfolio,
	"usage_tiers": tiered, "closed_period_catch_up": closed,
	"variable_consideration_estimate": estimated, "variable_consideration": uncertain, "consideration_payable_to_customer": payable,
	"modification": modified, "financing_component": financed, "transaction_price": threatened, "principal_agent": role, "contract_cost": obtaining, "licence": license,
	"decision_performance_obligations": obligation, "rollforward": rolled, "prior_current_balance_release": released,
	"credit_note_split": creditSplit,
}
