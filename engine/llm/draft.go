package llm

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Draft is what a model wrote. Nothing in it is to be trusted: whoever shows it
// compares it with the evidence first.
type Draft struct {
	Summary string
	Action  string
	Check   string
	Cites   []string
	// Withheld counts the texts that were empty, but for a secret or the place of
	// one: the model was never told it, and nobody should read it.
	Withheld int
}

const citesRead = 10

var thoughts = regexp.MustCompile(`(?s)^\s*<think(?:ing)?>.*?</think(?:ing)?>`)

// parseDraft reads an answer: one JSON object, perhaps with prose, thoughts or a
// fence around it, as models do that are not held to a schema.
func parseDraft(content string) (Draft, error) {
	content = thoughts.ReplaceAllString(content, "")
	from, to := strings.IndexByte(content, '{'), strings.LastIndexByte(content, '}')
	if from < 0 || to < from || !utf8.ValidString(content) {
		return Draft{}, errors.New("the answer is not a JSON object")
	}
	var raw struct {
		Summary *string  `json:"summary"`
		Action  *string  `json:"action"`
		Check   *string  `json:"check"`
		Cites   []string `json:"cites"`
	}
	if err := json.Unmarshal([]byte(content[from:to+1]), &raw); err != nil {
		return Draft{}, errors.New("the answer is not the JSON object that was asked for")
	}
	d := Draft{Cites: raw.Cites[:min(len(raw.Cites), citesRead)]}
	for _, part := range []struct {
		to   *string
		from *string
	}{{&d.Summary, raw.Summary}, {&d.Action, raw.Action}, {&d.Check, raw.Check}} {
		if part.from == nil {
			continue
		}
		text := strings.TrimSpace(*part.from)
		if hides(text) {
			d.Withheld++
			continue
		}
		*part.to = text
	}
	if d.Summary == "" && d.Action == "" && d.Check == "" && d.Withheld == 0 {
		return Draft{}, errors.New("the answer has no text")
	}
	return d, nil
}
