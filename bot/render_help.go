package bot

import (
	"slices"
	"strings"
)

// helpLine is what help says of a verb.
type helpLine struct{ verb, example, does string }

// helpFirst are the verbs that help tells at length, in the order a person meets
// them: what one can take in at night.
func helpFirst() []string {
	return []string{verbAnalyze, verbDeclare, verbAck, verbApprove, verbReject, verbUpdate, verbResolve, verbList}
}

// helpGroups are the rest as help all tells them; a verb that stands in none of
// them is told last.
func helpGroups() []struct {
	name  string
	verbs []string
} {
	return []struct {
		name  string
		verbs []string
	}{
		{"What it is", []string{verbShow, verbWhy, verbSimilar, verbRunbook}},
		{"Who does what", []string{verbAssign, verbSeverity, verbMitigate, verbReopen, verbNote}},
		{"One problem or two", []string{verbMerge, verbSplit, verbLink}},
		{"The story so far", []string{verbCatchup, verbTimeline, verbHandoff, verbPostmortem}},
		{"What came of it", []string{verbOutcome, verbStats}},
		{"rof itself", []string{verbStatus, verbHelp}},
	}
}

// helps say of each verb what it does.
func helps() []helpLine {
	return []helpLine{
		{verbAnalyze, "error_type=database_timeout spike=450 service=checkout", "what is this, and what worked before; free text is fine, too"},
		{verbWhy, "INC-2026-0042", "what speaks for the advice, and what against it"},
		{verbDeclare, "checkout is down severity=critical service=checkout", "open an incident that no alert told of"},
		{verbAck, "INC-2026-0042", "you have it"},
		{verbApprove, "INC-2026-0042", "the advice is right; it is done by hand"},
		{verbReject, "INC-2026-0042 pool is fine, it's the disk", "it is wrong, and why; the next candidate follows"},
		{verbOutcome, "worked INC-2026-0042", "what came of it: worked, failed, reverted or not_tried, and a note"},
		{verbAssign, "INC-2026-0042 me", "who owns it: a person, me or nobody"},
		{verbSeverity, "INC-2026-0042 critical nobody can pay", "how bad it is: critical, high, medium, low or info, and why"},
		{verbNote, "INC-2026-0042 pool is at 200, trying 60", "a line in its timeline"},
		{verbUpdate, "INC-2026-0042 payments work again, we keep watching", "news for those who wait"},
		{verbMitigate, "INC-2026-0042", "the pain is over, the cause may not be"},
		{verbResolve, "INC-2026-0042 throttled connections to 30%", "it is over, and what fixed it"},
		{verbReopen, "INC-2026-0042", "it is not over after all"},
		{verbList, "", "the live incidents; `sev:critical svc:checkout` and words narrow them"},
		{verbRunbook, "INC-2026-0042", "the runbook for it; a name or a few words do, too"},
		{verbStats, "", "the last 7 days in figures"},
		{verbStatus, "", "how rof itself is doing"},
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
		{verbHelp, "all", "the other commands, or one of them by name"},
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

// exampleWith is a command about an incident that can be copied as it is: without
// more than the id where a dialog asks for the rest.
func (r *renderer) exampleWith(verb, id string) string {
	switch verb {
	case verbAssign, verbOutcome:
		return strings.ReplaceAll(r.exampleOf(verb), exampleID, id)
	}
	return r.command + " " + verb + " " + id
}

// exampleID is the incident that examples are about.
const exampleID = "INC-2026-0042"

const helpWhere = "In a thread, mention the bot instead: slash commands don't work there. In an incident's thread, and in a channel with one live incident, no id is needed."

// help tells the verbs that matter first, all the rest, or one.
func (r *renderer) help(of string) *message {
	of = strings.ToLower(strings.TrimSpace(of))
	if of == "all" {
		return r.helpAll()
	}
	if verb, ok := aliases()[of]; ok {
		return r.helpOf(verb)
	}
	m := &message{text: "What rof understands"}
	var lines []string
	for _, verb := range helpFirst() {
		lines = append(lines, r.helpLine(verb, "\n"))
	}
	m.add(section(lines...))
	m.add(footnote(helpWhere, r.helpLine(verbHelp, " ")))
	return m.fit()
}

func (r *renderer) helpAll() *message {
	m := &message{text: "The other commands"}
	told := helpFirst()
	for _, g := range helpGroups() {
		told = append(told, g.verbs...)
		m.add(section("*"+g.name+"*", r.helpLines(g.verbs)))
	}
	var rest []string
	for _, h := range helps() {
		if !slices.Contains(told, h.verb) {
			rest = append(rest, h.verb)
		}
	}
	if len(rest) > 0 {
		m.add(section("*More*", r.helpLines(rest)))
	}
	m.add(footnote(helpWhere, "`"+r.command+" "+verbHelp+"` tells the eight to begin with"))
	return m.fit()
}

// helpOf tells one verb, with the other words for it.
func (r *renderer) helpOf(verb string) *message {
	m := &message{text: "What " + verb + " does"}
	var also []string
	for word, v := range aliases() {
		if v == verb && word != verb {
			also = append(also, word)
		}
	}
	slices.Sort(also)
	m.add(section(r.helpLine(verb, "\n")))
	if len(also) > 0 {
		m.add(footnote("other words for it: " + strings.Join(also, ", ")))
	}
	return m.fit()
}

func (r *renderer) helpLines(verbs []string) string {
	var lines []string
	for _, v := range verbs {
		lines = append(lines, r.helpLine(v, "\n"))
	}
	return strings.Join(lines, "\n")
}

func (r *renderer) helpLine(verb, between string) string {
	for _, h := range helps() {
		if h.verb == verb {
			return "`" + r.exampleOf(verb) + "`" + between + h.does
		}
	}
	return ""
}
