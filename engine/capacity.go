package engine

import (
	"fmt"
	"regexp"
	"strings"
)

// setting finds a number that an action sets something to: "pool from 200 to
// 60", "workers to 12", "max_connections = 400". A percentage is not one: it
// holds for any size.
var setting = regexp.MustCompile(`(?i)([\p{L}][\p{L}\p{N}_.-]*)(?:\s+(?:size|limit|count|timeout|memory|replicas))?\s*(?:from\s+|:\s*|=\s*)?` +
	`(?:(\d[\d.,]*\s?[\p{L}]{0,4})\s*(?:→|->|to)\s*|\s(?:to|at)\s+|\s*=\s*)(\d[\d.,]*)(\s?%|\s?percent\b|\s?[\p{L}]{1,3}\b)?`)

// capacity marks numbers that belonged to another service's size: they are shown
// as what was done there, with a warning, for nobody knows the size here.
func (f *FixRecord) capacity(ask *inquiry, best *candidate) {
	there := best.service()
	if there == "" || ask.Service != "" && sameName(there, ask.Service) {
		return
	}
	sets := settings(best.action.text)
	if len(sets) == 0 {
		return
	}
	f.Then = strings.Join(sets, ", ") + " on " + there
	here := "here"
	if ask.Service != "" {
		here = "of " + ask.Service
	}
	f.Warnings = append(f.Warnings, fmt.Sprintf("the numbers are those of %s; the size %s is unknown", there, here))
}

// settings are the absolute numbers that an action sets, each with what it sets.
func settings(text string) []string {
	var list []string
	for _, m := range setting.FindAllStringSubmatch(text, 4) {
		name, was, to, unit := m[1], strings.TrimSpace(m[2]), m[3], strings.TrimSpace(m[4])
		if unit == "%" || strings.EqualFold(unit, "percent") {
			continue
		}
		to = strings.TrimRight(to, ".,")
		if unit != "" && !isWord(unit) {
			to += " " + unit
		}
		if was != "" {
			to = was + " → " + to
		} else {
			to = "→ " + to
		}
		list = append(list, name+" "+to)
	}
	return list
}

// isWord tells a short word that follows a number from a unit.
func isWord(s string) bool {
	switch strings.ToLower(s) {
	case "on", "in", "for", "per", "and", "to", "by", "at", "as", "of", "or":
		return true
	}
	return false
}
