package source

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"ragoffire/engine"
)

// rule says where one field of an alert comes from: the first of its parts that
// gives a text.
type rule []part

// part is a text with holes that paths fill, such as {{ $.host }}/{{ $.check }}.
// It gives nothing where it has holes and all of them stay empty. Of the text,
// match takes what its first group finds.
type part struct {
	pieces []piece
	match  *regexp.Regexp
}

// piece is a fixed text, or a hole with the paths that may fill it.
type piece struct {
	fixed string
	hole  []path
}

// parseRule reads a rule as it is configured: a path, paths with || between
// them, a text with paths in {{ }}, a fixed text, {from, match}, or a list of
// these.
func parseRule(v any) (rule, error) {
	if items, ok := v.([]any); ok {
		var r rule
		for _, item := range items {
			p, err := parsePart(item)
			if err != nil {
				return nil, err
			}
			r = append(r, p)
		}
		if len(r) == 0 {
			return nil, errors.New("is an empty list")
		}
		return r, nil
	}
	p, err := parsePart(v)
	return rule{p}, err
}

func parsePart(v any) (part, error) {
	switch v := v.(type) {
	case map[string]any:
		return parseMatch(v)
	case nil, []any:
		return part{}, errors.New("must be a path such as $.alert.name")
	default:
		pieces, err := parsePieces(strings.TrimSpace(engine.Clean(fmt.Sprint(v))))
		return part{pieces: pieces}, err
	}
}

func parseMatch(v map[string]any) (part, error) {
	from, _ := v["from"].(string)
	expression, _ := v["match"].(string)
	if from == "" || expression == "" || len(v) != 2 {
		return part{}, errors.New("must be a path, or {from: $.path, match: expression}")
	}
	pieces, err := parsePieces(engine.Clean(from))
	if err != nil {
		return part{}, err
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return part{}, fmt.Errorf("match: %w", err)
	}
	if re.NumSubexp() == 0 {
		return part{}, fmt.Errorf("match: %q has no group ( ) that says what to take", expression)
	}
	return part{pieces: pieces, match: re}, nil
}

func parsePieces(text string) ([]piece, error) {
	switch {
	case text == "":
		return nil, errors.New("is empty")
	case text[0] == '$' || text[0] == '@':
		hole, err := parseHole(text)
		return []piece{{hole: hole}}, err
	}
	var pieces []piece
	for text != "" {
		before, rest, found := strings.Cut(text, "{{")
		if before != "" {
			pieces = append(pieces, piece{fixed: before})
		}
		if !found {
			break
		}
		inside, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, fmt.Errorf("%q: {{ is not followed by }}", text)
		}
		hole, err := parseHole(inside)
		if err != nil {
			return nil, err
		}
		pieces, text = append(pieces, piece{hole: hole}), after
	}
	return pieces, nil
}

func parseHole(text string) ([]path, error) {
	var hole []path
	for one := range strings.SplitSeq(text, "||") {
		p, err := parsePath(strings.TrimSpace(one))
		if err != nil {
			return nil, err
		}
		hole = append(hole, p)
	}
	return hole, nil
}

// read is the text that the rule gives.
func (r rule) read(s *scope) string {
	for _, p := range r {
		if text := p.read(s); text != "" {
			return text
		}
	}
	return ""
}

func (p part) read(s *scope) string {
	var b strings.Builder
	empty := p.open()
	for _, piece := range p.pieces {
		if text := readHole(piece.hole, s); text != "" {
			b.WriteString(text)
			empty = false
		}
		b.WriteString(piece.fixed)
	}
	text := strings.TrimSpace(b.String())
	if empty || p.match == nil {
		if empty {
			text = ""
		}
		return text
	}
	if found := p.match.FindStringSubmatch(text); found != nil {
		return strings.TrimSpace(found[1])
	}
	return ""
}

func readHole(hole []path, s *scope) string {
	for _, p := range hole {
		if text := p.read(s); text != "" {
			return text
		}
	}
	return ""
}

// open reports whether the part reads anything of the body.
func (p part) open() bool {
	for _, piece := range p.pieces {
		if piece.hole != nil {
			return true
		}
	}
	return false
}

// fixed is the text of a rule's part that reads nothing of the body, if any.
func (r rule) fixed() (text string, ok bool) {
	for _, p := range r {
		if !p.open() {
			return p.read(&scope{}), true
		}
	}
	return "", false
}

// field is how an error names what the rule reads first.
func (r rule) field(at string) string {
	for _, p := range r {
		for _, piece := range p.pieces {
			if len(piece.hole) > 0 {
				return piece.hole[0].field(at)
			}
		}
	}
	return at
}
