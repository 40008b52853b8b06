package engine

import (
	"regexp"
	"slices"
	"strings"

	"ragoffire/engine/retrieval"
)

// action is something that people did or are advised to do, comparable with
// others: its words without numbers, forms and grammar.
type action struct {
	text  string
	stems []string
	head  []string // the stems of what is done, without where, how and why
}

func readAction(text string) action {
	a := action{text: text, stems: retrieval.Stems(text)}
	if at := qualifier.FindStringIndex(text); at != nil {
		a.head = retrieval.Stems(text[:at[0]])
	} else {
		a.head = a.stems
	}
	return a
}

// qualifier is where an action has said what is done and goes on to say where,
// how or why. What follows "and" is done as well.
var qualifier = regexp.MustCompile(`(?i)[.;,:\n(]\s|\n|\s(on|in|at|for|with|by|using|until|while|after|before|because|so|via|of the service)\s`)

// alike is the share of two actions' words that they have in common from which
// they are one action in other words. Chosen on pairs such as "restart the pods"
// and "restarted all pods": .5 still joins opposites of few words.
const alike = 0.6

// alikeHeads is the same for what is done alone: there, fewer words may differ.
const alikeHeads = 0.75

// same reports whether two actions are the same in other words. Opposites never
// are, however much else they share.
func (a action) same(b action) bool {
	heads := len(a.head) > 1 && len(b.head) > 1 && inCommon(a.head, b.head) >= alikeHeads
	if !heads && inCommon(a.stems, b.stems) < alike {
		return false
	}
	onlyA, onlyB := differences(a.stems, b.stems)
	return !opposed(onlyA, onlyB)
}

// differences are the words of two sorted lists that only one of them has.
func differences(a, b []string) (onlyA, onlyB []string) {
	return slices.DeleteFunc(slices.Clone(a), func(w string) bool { return slices.Contains(b, w) }),
		slices.DeleteFunc(slices.Clone(b), func(w string) bool { return slices.Contains(a, w) })
}

// inCommon is the share of two sorted lists' words that both have.
func inCommon(a, b []string) float64 {
	common, all := 0, len(a)+len(b)
	for len(a) > 0 && len(b) > 0 {
		switch strings.Compare(a[0], b[0]) {
		case -1:
			a = a[1:]
		case 1:
			b = b[1:]
		default:
			common, a, b = common+1, a[1:], b[1:]
		}
	}
	return float64(common) / float64(max(1, all-common))
}

// opposed reports whether one side says the contrary of the other.
func opposed(a, b []string) bool {
	for _, pair := range opposites() {
		if holds(a, pair[0]) && holds(b, pair[1]) || holds(a, pair[1]) && holds(b, pair[0]) {
			return true
		}
	}
	return false
}

// opposites are what operators do to one thing in two directions, as stems.
func opposites() [][2][]string {
	return [][2][]string{
		{{"up", "rais", "increas", "grow", "extend", "more", "enlarg", "widen"}, {"down", "lower", "decreas", "reduc", "shrink", "less", "fewer", "cut", "drop"}},
		{{"enabl", "start", "on", "allow", "open", "add", "unblock", "resum"}, {"disabl", "stop", "off", "block", "clos", "remov", "delet", "paus"}},
		{{"upgrad", "forward"}, {"downgrad", "back", "rollback", "revert"}},
	}
}

func holds(words, any []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(any, w) })
}
