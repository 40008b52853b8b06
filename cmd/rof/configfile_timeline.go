package main

import (
	"strings"
	"unicode"
)

// timelineDocument is the block timeline: what makes a message part of it.
type timelineDocument struct {
	Emoji string `yaml:"emoji"`
}

func (r *reader) readTimeline(d timelineDocument) string {
	emoji := strings.Trim(d.Emoji, ":")
	if strings.ContainsAny(emoji, " :\t\n") || strings.ContainsFunc(emoji, unicode.IsSymbol) { // Slack says its name
		r.problemf("ROF_CONFIG timeline.emoji must be the name of one emoji such as pushpin, not %q", d.Emoji)
	}
	return emoji
}
