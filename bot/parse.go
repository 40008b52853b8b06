package bot

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"

	"ragoffire/engine"
)

// The verbs.
const (
	verbAnalyze = "analyze"
	verbList    = "list"
	verbShow    = "show"
	verbAck     = "ack"
	verbResolve = "resolve"
	verbApprove = "approve"
	verbReject  = "reject"
	verbOutcome = "outcome"
	verbWhy     = "why"
	verbSimilar = "similar"
	verbSilence = "silence"
	verbDrafts  = "drafts"

	verbDeclare  = "declare"
	verbMitigate = "mitigate"
	verbReopen   = "reopen"
	verbSeverity = "severity"
	verbAssign   = "assign"
	verbNote     = "note"
	verbUpdate   = "update"
	verbRunbook  = "runbook"
	verbStats    = "stats"
	verbStatus   = "status"

	verbHelp = "help"
)

// aliases are other words for the verbs: what people type at night.
func aliases() map[string]string {
	return map[string]string{
		"analyze": verbAnalyze, "analyse": verbAnalyze, "analysis": verbAnalyze,
		"list": verbList, "ls": verbList, "incidents": verbList,
		"show": verbShow, "details": verbShow, "detail": verbShow,
		"ack": verbAck, "acknowledge": verbAck, "mine": verbAck,
		"declare": verbDeclare, "new": verbDeclare, "create": verbDeclare, "open": verbDeclare,
		"mitigate": verbMitigate, "mitigated": verbMitigate, "reopen": verbReopen,
		"severity": verbSeverity, "sev": verbSeverity, "assign": verbAssign, "owner": verbAssign,
		"note": verbNote, "update": verbUpdate, "runbook": verbRunbook, "stats": verbStats, "status": verbStatus,
		"resolve": verbResolve, "resolved": verbResolve, "close": verbResolve, "fixed": verbResolve,
		"approve": verbApprove, "approved": verbApprove,
		"reject": verbReject, "rejected": verbReject,
		"outcome": verbOutcome, "result": verbOutcome,
		"why": verbWhy, "evidence": verbWhy,
		"similar": verbSimilar, "search": verbSimilar, "find": verbSimilar,
		"silence": verbSilence, "mute": verbSilence, "silences": verbSilence,
		"drafts": verbDrafts, "draft": verbDrafts,
		"merge": verbMerge, "split": verbSplit, "link": verbLink, "relate": verbLink,
		"timeline": verbTimeline, "log": verbTimeline, "catchup": verbCatchup, "catch-up": verbCatchup, "summary": verbCatchup,
		"postmortem": verbPostmortem, "post-mortem": verbPostmortem, "pm": verbPostmortem, "handoff": verbHandoff, "handover": verbHandoff,
		"help": verbHelp, "?": verbHelp,
	}
}

// command is what a person asked for, by slash command or mention: one verb,
// the id of what it is about where one was given, and the rest.
type command struct {
	verb     string
	id       string          // an incident's or a decision's; "" means that of the thread
	text     string          // what comes after
	question engine.Question // of analyze
	result   engine.Result   // of outcome
	care
}

// parse reads a command. free says that text without a verb is a question: a
// mention reads like a sentence, a slash command begins with a verb. The error
// is an *engine.Error whose Text is the hint to show.
func (r *renderer) parse(text string, free bool) (command, error) {
	raw := strings.TrimSpace(engine.Clean(text))
	if root, rest := word(raw); strings.EqualFold(strings.Trim(root, "`"), r.command) {
		raw = rest // an example, copied whole: in threads and after a mention they are only text
	}
	text = strings.TrimSpace(typed(raw))
	first, rest := word(text)
	if first == "" {
		return command{verb: verbHelp}, nil
	}
	first = seen(first)
	verb, ok := aliases()[strings.ToLower(cmp.Or(strings.Trim(first, ":,.!?`*"), first))]
	switch {
	case verb == verbAssign:
		_, raw = word(raw)
		return r.completeAssign(raw) // a person is known by what Slack makes of the name
	case ok:
		if err := mistyped(verb, rest); err != nil {
			return command{}, err
		}
		return r.complete(verb, rest)
	case free && wordy(text):
		return r.complete(verbAnalyze, text)
	}
	return command{}, r.unknown(first, text)
}

// seen is a word without what nobody sees in it: it comes along when one is copied.
func seen(word string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, word)
}

// word takes the first word off a text; the rest keeps its line breaks.
func word(s string) (first, rest string) {
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}

// complete reads what follows a verb.
func (r *renderer) complete(verb, rest string) (command, error) {
	c := command{verb: verb}
	switch verb {
	case verbAnalyze:
		if id := idOf(rest); id != "" { // no question: what is known of it is its advice
			return command{verb: verbWhy, id: id}, nil
		}
		q, err := engine.ParseQuestion(rest)
		if err != nil {
			return command{}, err
		}
		c.question, c.text = q, rest
		return c, nil
	case verbDeclare, verbSeverity, verbMitigate, verbReopen, verbStats, verbStatus:
		return r.completeCare(verb, rest)
	case verbList, verbHelp, verbSilence, verbDrafts:
		c.text = rest
		return c, nil
	case verbSimilar:
		if rest == "" {
			return command{}, engine.Invalidf("q", "similar to what? Say it in a few words. An example: %s", r.exampleOf(verb))
		}
		c.text = rest
		return c, nil
	case verbOutcome:
		return r.completeOutcome(rest)
	}
	first, after := word(rest)
	if id := idOf(first); id != "" {
		c.id, c.text = id, after
	} else {
		c.text = rest
	}
	if c.id == "" && c.text != "" && onlyID(verb) {
		if after != "" {
			return command{}, engine.Invalidf("id", "%q is not an id; an example: %s", short(c.text), r.exampleOf(verb))
		}
		c.id, c.text = first, "" // imported history has ids of its own making
	}
	return c, nil
}

// onlyID reports whether a verb takes an id and nothing else.
func onlyID(verb string) bool {
	switch verb {
	case verbShow, verbAck, verbWhy, verbTimeline, verbCatchup, verbPostmortem:
		return true
	}
	return false
}

// nearly is what was meant as an incident's id.
var nearly = regexp.MustCompile(`(?i)^INC[-_–—]?(20[0-9]{2})[-_–—]?([0-9]{1,9})$`)

// mistyped is the hint where a word stands in the place of an id that is nearly
// one: read as a text, it would be done to the incident of the thread or channel.
// Notes and updates are texts, and may begin with what others number.
func mistyped(verb, rest string) error {
	places := 1
	switch verb {
	case verbOutcome:
		places = 2 // the result may come first
	case verbMerge, verbLink:
		places = len(rest)
	case verbApprove, verbReject, verbResolve, verbMitigate, verbReopen, verbSplit:
	default:
		return nil
	}
	words := strings.Fields(rest)
	for _, w := range words[:min(len(words), places)] {
		w = strings.Trim(seen(w), idMarks)
		if m := nearly.FindStringSubmatch(w); m != nil && idOf(w) == "" {
			return engine.Invalidf("id", "%q is not an id; did you mean INC-%s-%s?", short(w), m[1], m[2])
		}
	}
	return nil
}

// completeOutcome reads what came of it, then whose outcome that is and a note,
// the id in either place.
func (r *renderer) completeOutcome(rest string) (command, error) {
	c := command{verb: verbOutcome}
	first, rest := word(rest)
	if c.id = idOf(first); c.id != "" {
		first, rest = word(rest)
	}
	if c.result = resultOf(first); c.result == "" {
		return command{}, engine.Invalidf("outcome", "what came of it? One of worked, failed, reverted, not_tried. An example: %s", r.exampleOf(verbOutcome))
	}
	c.text = rest
	if c.id == "" {
		first, after := word(rest)
		if id := idOf(first); id != "" {
			c.id, c.text = id, after
		}
	}
	return c, nil
}

// resultOf reads a word as what came of advice, or "".
func resultOf(word string) engine.Result {
	switch strings.ToLower(strings.Trim(word, idMarks)) {
	case "worked", "yes", "helped":
		return engine.Worked
	case "failed", "no":
		return engine.Failed
	case "reverted", "undone":
		return engine.Reverted
	case "not_tried", "not-tried", "nottried", "untried":
		return engine.NotTried
	}
	return ""
}

var (
	incidentID = regexp.MustCompile(`(?i)^INC-[0-9]{4}-[0-9]{1,9}$`)
	decisionID = regexp.MustCompile(`(?i)^dec_[0-9A-Z]{1,40}$`)
)

// idMarks are what people put around an id, and their phones.
const idMarks = "`*_~#.,:;!?()[]<>\"'“”„‘’«»"

// linked is an id as the dashboard's address has it.
var linked = regexp.MustCompile(`^\S+/[id]/([A-Za-z0-9_-]+)$`)

// hyphens are those that other programs make of ours, and that look the same.
var hyphens = strings.NewReplacer("\u2010", "-", "\u2011", "-")

// idOf reads a word as an id, in the case that the store has it in, or "".
func idOf(word string) string {
	word = strings.Trim(hyphens.Replace(seen(word)), idMarks)
	if m := linked.FindStringSubmatch(word); m != nil {
		word = m[1]
	}
	switch {
	case incidentID.MatchString(word):
		return strings.ToUpper(word)
	case decisionID.MatchString(word):
		return "dec_" + strings.ToUpper(word[len("dec_"):])
	}
	return ""
}

// wordy tells a question in so many words from a mistyped verb: several
// words, none of them an id or nearly one, or a key=value pair.
func wordy(text string) bool {
	words := strings.Fields(text)
	for _, w := range words {
		if idOf(w) != "" || nearly.MatchString(strings.Trim(w, idMarks)) {
			return false
		}
	}
	return len(words) > 2 || strings.Contains(text, "=") || len(words) == 2 && nearest(words[0]) == ""
}

// unknown is the hint for a word that is no verb.
func (r *renderer) unknown(first, text string) error {
	if verb := nearest(first); verb != "" {
		return engine.Invalidf("verb", "%q is not a command; did you mean %s? An example: %s", short(first), verb, r.exampleOf(verb))
	}
	if len(strings.Fields(text)) > 1 {
		return engine.Invalidf("verb", "%q is not a command; did you mean %s? An example: %s", short(first), verbAnalyze, r.command+" "+verbAnalyze+" "+cut(flat(text), 200, nil))
	}
	return engine.Invalidf("verb", "%q is not a command; %s %s lists them", short(first), r.command, verbHelp)
}

func short(s string) string { return cut(flat(s), 40, nil) }

// nearest is the verb that a word was most likely meant to be, or "".
func nearest(word string) string {
	word = strings.ToLower(word)
	best, found := 3, ""
	for _, h := range helps() {
		if d := distance(word, h.verb); d < best && d <= 1+len(h.verb)/5 && d < len(h.verb) {
			best, found = d, h.verb
		}
	}
	return found
}

// distance counts the letters to change, add, drop or swap with a neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 40 {
		return len(x)
	}
	prev2, prev := []int(nil), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(prev[j]+cost, prev[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], prev2[j-1]+1)
			}
		}
		prev2, prev = prev, row
	}
	return prev[len(y)]
}
