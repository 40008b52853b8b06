package history

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"ragoffire/engine"
	"ragoffire/engine/markdown"
)

// What a section of a document is about.
const (
	symptom    = "symptom"
	rootCause  = "root_cause"
	resolution = "resolution"
	diagnosis  = "diagnosis"
	timeline   = "timeline"
	followUps  = "follow_ups"
)

// headings are the words for each, the clearest first.
func headings() map[string][]string {
	return map[string][]string{
		symptom:    {"symptom", "symptoms", "what happened", "impact", "summary", "meaning", "description", "overview", "problem", "issue summary"},
		rootCause:  {"root cause", "root causes", "cause", "causes", "why", "why did it happen", "contributing factors", "trigger"},
		resolution: {"resolution", "fix", "what fixed it", "how it was fixed", "the fix", "permanent fix", "mitigation", "mitigations", "remediation", "recovery", "resolution and recovery"},
		diagnosis:  {"diagnosis", "investigation", "troubleshooting", "detection"},
		timeline:   {"timeline", "chronology"},
		followUps:  {"action items", "actions", "follow ups", "follow up", "followups", "next steps", "corrective actions", "preventative measures"},
	}
}

// resolutionLimit and symptomLimit bound what is shown of a section; the text
// keeps all of it.
const (
	resolutionLimit = 1200
	symptomLimit    = 2000
	longTitle       = 300
)

// Markdown reads one document: front matter where there is some, then headings.
// line is where it begins to be wrong.
func Markdown(name, kind string, data []byte) (row engine.Row, line int, err error) {
	values, body, line, err := frontMatter(string(data))
	if err != nil {
		return engine.Row{}, line, err
	}
	body = strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	if body == "" && len(values) == 0 {
		return engine.Row{}, 1, engine.Invalidf("text", "the file is empty")
	}
	sections := markdown.Sections(markdown.Uncomment(body))
	if kind = kindOf(values, kind, name, sections); kind == "" {
		return engine.Row{}, 1, engine.Invalidf("kind", "kind: neither path nor headings say it; write kind: runbook or kind: incident in front matter, or move it to a folder runbooks or postmortems")
	}
	values["kind"] = kind
	orElse(values, "title", titleOf(name, sections))
	orElse(values, "id", idOf(name))
	orElse(values, "text", body)
	if kind == engine.KindRunbook {
		for _, s := range []string{take(values, "title"), stem(name)} {
			if values["alerts"] == nil {
				orElse(values, "alerts", camelCase(s))
			}
		}
	} else {
		fillIncident(values, sections, name)
	}
	row, err = engine.ReadRow(values, kind)
	return row, 1, err
}

// kindOf is what the document says it is, else what its path or its headings say.
func kindOf(values map[string]any, kind, name string, sections []markdown.Section) string {
	if kind := kindOfWord(take(values, "kind")); kind != "" {
		return kind
	}
	if kind := kindOfWord(take(values, "type")); kind == engine.KindIncident || kind == engine.KindRunbook {
		return kind
	}
	if kind != "" {
		return kind
	}
	return kindOfSections(sections, name)
}

// fillIncident takes a post-mortem's fields from its sections.
func fillIncident(values map[string]any, sections []markdown.Section, name string) {
	words := headings()
	of := func(about string, limit int) string {
		s, _ := markdown.Named(sections, words[about]...)
		return markdown.Unescape(markdown.Cut(s.Body, limit))
	}
	orElse(values, symptom, of(symptom, symptomLimit))
	orElse(values, rootCause, of(rootCause, symptomLimit))
	orElse(values, resolution, of(resolution, resolutionLimit))
	const all = 1 << 20
	if items := markdown.Items(of(followUps, all)); values[followUps] == nil && len(items) > 0 {
		values[followUps] = listOf(items)
	}
	if values["narrative"] == nil {
		if told := moments(of(timeline, all)); len(told) > 0 {
			values["narrative"] = told
		}
	}
	for _, s := range []string{take(values, "title"), stem(name)} {
		orElse(values, "started_at", dateIn(s))
	}
}

// kindOfSections guesses from the headings: what ended or caused something, and
// when, is told of an incident; what to look at and to do, of a runbook.
func kindOfSections(sections []markdown.Section, name string) string {
	words := headings()
	has := func(about ...string) bool {
		for _, a := range about {
			if _, ok := markdown.Named(sections, words[a]...); ok {
				return true
			}
		}
		return false
	}
	says := func(words ...string) bool { _, ok := markdown.Named(sections, words...); return ok }
	dated := dateIn(stem(name)) != ""
	for _, s := range sections {
		dated = dated || dateIn(s.Title) != ""
	}
	switch {
	case has(timeline) || dated || says("root cause", "root causes", "what happened", "action items"):
		return engine.KindIncident
	case has(diagnosis) || says("mitigation", "mitigations", "remediation", "meaning", "steps", "procedure"):
		return engine.KindRunbook
	case has(rootCause) || says("resolution"):
		return engine.KindIncident
	}
	return ""
}

// kindOfWord is the kind that a document says it is.
func kindOfWord(word string) string {
	switch w := strings.ToLower(strings.TrimSpace(word)); w {
	case "postmortem", "post-mortem", "rca", "outage":
		return engine.KindIncident
	case "playbook", "handbook":
		return engine.KindRunbook
	default:
		return w
	}
}

// titleOf is the first heading, else the file's name in words.
func titleOf(name string, sections []markdown.Section) string {
	for _, s := range sections {
		if (s.Level == 1 || s.Line == 1) && !generic(s) {
			return short(s.Title)
		}
	}
	title := stem(name)
	if camelCase(title) == "" {
		title = strings.TrimSpace(engine.Words(title))
	}
	return short(title)
}

// generic reports whether a heading names a section and not the document.
func generic(s markdown.Section) bool {
	for _, names := range headings() {
		for _, name := range names {
			if s.Is(name) {
				return true
			}
		}
	}
	return false
}

func short(title string) string {
	if r := []rune(title); len(r) > longTitle {
		return string(r[:longTitle-1]) + "…"
	}
	return title
}

// camelCase returns a single word such as KubePodCrashLooping, which is how
// alerts are called, or "".
func camelCase(s string) string {
	upper, lower := 0, 0
	for n, r := range s {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		case !unicode.IsDigit(r) || n == 0:
			return ""
		}
	}
	if upper >= 2 && lower >= 2 && unicode.IsUpper(rune(s[0])) {
		return s
	}
	return ""
}

var isoDate = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)\d\d)[-_./]?(0[1-9]|1[0-2])[-_./]?(0[1-9]|[12]\d|3[01])(?:[^0-9]|$)`)

// dateIn is the date in a name, or "".
func dateIn(s string) string {
	m := isoDate.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	date := m[1] + "-" + m[2] + "-" + m[3]
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return ""
	}
	return date
}

var momentAt = regexp.MustCompile(`^[*_\x60\[(]*((?:\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d\d(?::\d\d)?(?: ?(?:[AaPp][Mm]))?(?: ?(?:UTC|GMT|Z|[A-Z]{3,4}))?|[Tt]?\+\d+ ?(?:s|m|min|h)?)[*_\x60\])]*\s*(?:[-–—:|]+\s*)?(.+)$`)

// moments are the lines of a timeline: of a list, of a table, or plain, where
// they begin with a time.
func moments(text string) []any {
	var told []any
	add := func(line string) {
		if m := momentAt.FindStringSubmatch(line); m != nil {
			told = append(told, map[string]any{"at": m[1], "text": strings.TrimSpace(strings.TrimRight(m[2], "| "))})
		}
	}
	items := markdown.Items(text)
	for _, item := range items {
		add(item)
	}
	if len(told) == 0 {
		for line := range strings.Lines(text) {
			add(strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "|")))
		}
	}
	return told
}

func listOf(items []string) []any {
	out := make([]any, len(items))
	for n, s := range items {
		out[n] = s
	}
	return out
}

// orElse sets what is not said yet.
func orElse(values map[string]any, key, value string) {
	if old := values[key]; (old == nil || old == "") && value != "" {
		values[key] = value
	}
}

// take reads a value that is a word.
func take(values map[string]any, key string) string {
	s, _ := values[key].(string)
	return s
}
