package bot

// helpLine is what help says of a verb.
type helpLine struct{ verb, example, does string }

// helps are the verbs in the order a person meets them.
func helps() []helpLine {
	return []helpLine{
		{verbAnalyze, "error_type=database_timeout spike=450 service=checkout", "what is this, and what worked before; free text is fine, too"},
		{verbList, "", "the live incidents"},
		{verbShow, "INC-2026-0042", "one incident, live or past"},
		{verbAck, "INC-2026-0042", "you have it"},
		{verbApprove, "INC-2026-0042", "the advice is right; it is done by hand"},
		{verbReject, "INC-2026-0042 pool is fine, it's the disk", "it is wrong, and why"},
		{verbResolve, "INC-2026-0042 throttled connections to 30%", "it is over, and what fixed it"},
		{verbHelp, "", "this"},
	}
}

// exampleOf is a command that can be copied.
func (r *renderer) exampleOf(verb string) string {
	for _, h := range helps() {
		if h.verb == verb {
			if h.example == "" {
				return r.command + " " + h.verb
			}
			return r.command + " " + h.verb + " " + h.example
		}
	}
	return r.command + " " + verbHelp
}

func (r *renderer) help() *message {
	m := &message{text: "What rof understands"}
	var lines []string
	for _, h := range helps() {
		lines = append(lines, "`"+r.exampleOf(h.verb)+"`\n"+h.does)
	}
	m.add(section(lines...))
	m.add(footnote("In a thread, mention the bot instead: slash commands don't work there. In an incident's thread no id is needed."))
	return m.fit()
}
