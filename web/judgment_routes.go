package web

// judgmentRoutes are what an accountant judges about a contract, and how a change of it would be accounted for.
func judgmentRoutes() []route {
	return []route{
		{get, "/contracts/:number/judgment", books, (*visit).judgment},
		{get, "/contracts/:number/judgment/propose", books, (*visit).judgmentForm},
		{post, "/contracts/:number/judgment/propose", books, (*visit).proposeJudgment},
		{post, "/contracts/:number/judgment/approve", deciders, (*visit).approveJudgment},
		{post, "/contracts/:number/judgment/reject", deciders, (*visit).rejectJudgment},
		{get, "/contracts/:number/treatment", dealers, (*visit).treatment},
		{post, "/contracts/:number/treatment", books, (*visit).chooseTreatment},
	}
}
