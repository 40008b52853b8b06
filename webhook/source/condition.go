package source

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// condition holds where each of its paths reads as one of its patterns. One
// without paths never holds.
type condition []clause

type clause struct {
	hole []path
	is   patterns
}

// patterns match whole texts, in any case; the empty pattern matches what is
// not there.
type patterns []*regexp.Regexp

func (p patterns) match(text string) bool {
	return slices.ContainsFunc(p, func(re *regexp.Regexp) bool { return re.MatchString(text) })
}

// parsePatterns reads one pattern or a list of them.
func parsePatterns(v any) (patterns, error) {
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	var out patterns
	for _, item := range items {
		switch item.(type) {
		case nil, []any, map[string]any:
			return nil, errors.New("must be a text or a list of texts")
		}
		re, err := regexp.Compile("(?is)^(?:" + fmt.Sprint(item) + ")$")
		if err != nil {
			return nil, err
		}
		out = append(out, re)
	}
	return out, nil
}

// parseCondition reads a condition as it is configured: {path: pattern}, or
// {path: [pattern, …]}.
func parseCondition(v any) (condition, error) {
	m, ok := v.(map[string]any)
	if !ok || len(m) == 0 {
		return nil, errors.New("must be such as {$.state: ok}")
	}
	var c condition
	for _, text := range slices.Sorted(maps.Keys(m)) {
		hole, err := parseHole(text)
		if err != nil {
			return nil, err
		}
		is, err := parsePatterns(m[text])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		c = append(c, clause{hole, is})
	}
	return c, nil
}

func (c condition) holds(s *scope) bool {
	for _, one := range c {
		if !one.is.match(readHole(one.hole, s)) {
			return false
		}
	}
	return len(c) > 0
}
