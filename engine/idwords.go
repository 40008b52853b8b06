package engine

import (
	"strings"
	"unicode"
)

// idWords are the words of an id that somebody gave by meaning, such as a file's
// path: docs/monitoring/thanos-rule.md, RB-database-timeout. Numbers and codes,
// such as INC-2025-001, say nothing.
func idWords(id string) string {
	var words []string
	for _, w := range strings.FieldsFunc(id, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(w) < 3 || strings.ContainsFunc(w, unicode.IsDigit) && strings.IndexFunc(w, unicode.IsUpper) < 0 || idKind(w) {
			continue
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// idKind tells words that say what kind of thing has the id.
func idKind(word string) bool {
	switch strings.ToLower(word) {
	case "inc", "incident", "incidents", "postmortem", "postmortems", "runbook", "runbooks", "playbook", "playbooks", "doc", "docs", "content", "readme", "index", "history":
		return true
	}
	return false
}
