package bot

// helpLine is what help says of a verb.
type helpLine struct{ verb, example, does string }

// helpShown is how many verbs help tells at length: what a person can take in at
// night.
const helpShown = 8

// helps are the verbs in the order a person meets them.
func helps() []helpLine {
	return []helpLine{
		{verbAnalyze, "error_type=database_timeout spike=450 service=checkout", "what is this, and what worked before; free text is fine, too"},
		{verbWhy, "INC-2026-0042", "what speaks for the advice, and what against it"},
		{verbAck, "INC-2026-0042", "you have it"},
		{verbApprove, "INC-2026-0042", "the advice is right; it is done by hand"},
		{verbReject, "INC-2026-0042 pool is fine, it's the disk", "it is wrong, and why; the next candidate follows"},
		{verbOutcome, "worked INC-2026-0042", "what came of it: worked, failed, reverted or not_tried, and a note"},
		{verbResolve, "INC-2026-0042 throttled connections to 30%", "it is over, and what fixed it"},
		{verbList, "", "the live incidents"},
		{verbShow, "INC-2026-0042", "one incident, live or past"},
		{verbSimilar, "database timeouts after a deploy", "past incidents and runbooks like that"},
		{verbSilence, "INC-2026-0042 2h deploy", "hold back what fires, for at most 12 h; key=value works, too, and list, and end ID"},
		{verbDrafts, "", "past incidents read from Slack, to be reviewed"},
		{verbCatchup, "INC-2026-0042", "what a late joiner needs: state, who has it, what was tried, what is next"},
		{verbTimeline, "INC-2026-0042", "all that happened, pinned messages included"},
		{verbMerge, "INC-2026-0043 INC-2026-0042", "the first is the same problem: its alerts go to the second"},
		{verbSplit, "INC-2026-0042 HighErrorRate", "takes an alert out into its own incident; the last that joined where none is named"},
		{verbLink, "INC-2026-0042 INC-2026-0041", "two incidents are related"},
		{verbPostmortem, "INC-2026-0042", "a draft in Markdown, as a file in its thread"},
		{verbHandoff, "", "what the next shift must know"},
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
	var lines, more []string
	for n, h := range helps() {
		if n < helpShown {
			lines = append(lines, "`"+r.exampleOf(h.verb)+"`\n"+h.does)
			continue
		}
		more = append(more, "`"+r.exampleOf(h.verb)+"` "+h.does)
	}
	m.add(section(lines...))
	m.add(footnote(more...))
	m.add(footnote("In a thread, mention the bot instead: slash commands don't work there. In an incident's thread no id is needed."))
	return m.fit()
}
