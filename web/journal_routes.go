package web

// journalRoutes are what people book by hand, what entities charge each other, and what contracts cost.
func journalRoutes() []route {
	return []route{
		{get, "/journals", books, (*visit).journals},
		{get, "/journals/new", books, (*visit).newJournal},
		{post, "/journals/new", books, (*visit).enterJournal},
		{get, "/journals/rules", books, (*visit).journalRules},
		{get, "/journals/rules/new/:kind", books, (*visit).journalRuleForm},
		{post, "/journals/rules/new/:kind", books, (*visit).proposeJournalRule},
		{get, "/journals/rules/:rule", books, (*visit).journalRule},
		{post, "/journals/rules/:rule/approve", books, (*visit).approveJournalRule},
		{post, "/journals/rules/:rule/reject", books, (*visit).rejectJournalRule},
		{get, "/journals/templates", books, (*visit).journalTemplates},
		{get, "/journals/templates/edit", books, (*visit).journalTemplateForm},
		{post, "/journals/templates/edit", books, (*visit).saveJournalTemplate},
		{get, "/journals/intercompany", books, (*visit).intercompany},
		{post, "/journals/intercompany/pay", books, (*visit).payIntercompany},
		{get, "/journals/:journal", books, (*visit).journal},
		{post, "/journals/:journal/submit", books, (*visit).submitJournal},
		{post, "/journals/:journal/approve", books, (*visit).approveJournal},
		{post, "/journals/:journal/reject", books, (*visit).rejectJournal},
		{post, "/journals/:journal/withdraw", books, (*visit).withdrawJournal},
		{post, "/journals/:journal/stop", books, (*visit).stopJournal},
		{post, "/journals/:journal/attach", books, (*visit).attachToJournal},
		{get, "/journals/:journal/reverse", books, (*visit).reverseForm},
		{post, "/journals/:journal/reverse", books, (*visit).reverseJournal},
		{get, "/journals/:journal/files/:file", books, (*visit).journalFile},

		{get, "/revenue/costs", books, (*visit).costs},
		{get, "/revenue/costs/new", books, (*visit).costForm},
		{post, "/revenue/costs/new", books, (*visit).enterCost},
		{get, "/revenue/costs/policy", books, (*visit).costPolicyForm},
		{post, "/revenue/costs/policy", books, (*visit).proposeCostPolicy},
		{get, "/revenue/costs/:cost", books, (*visit).cost},
		{post, "/revenue/costs/:cost/test", books, (*visit).testCost},
		{post, "/revenue/costs/:cost/approve", books, (*visit).approveCost},
		{post, "/revenue/costs/:cost/reject", books, (*visit).rejectCost},
	}
}
