package main

import (
	"strings"

	"ragoffire/bot"
	"ragoffire/engine"
)

// channelsDocument is the block channels: which incidents get a channel of their
// own in Slack.
type channelsDocument struct {
	Severity []string `yaml:"severity"`
	Name     string   `yaml:"name"`
	Archive  bool     `yaml:"archive"`
}

func (r *reader) readChannels(d channelsDocument) bot.Rooms {
	rooms := bot.Rooms{Name: d.Name, Archive: d.Archive}
	for n, word := range d.Severity {
		severity := engine.ParseSeverity(word)
		if severity == engine.SeverityUnknown {
			r.problemf("ROF_CONFIG channels.severity[%d] must be critical, high, medium, low or info, not %q", n, word)
		}
		rooms.Severities = append(rooms.Severities, severity)
	}
	if len(d.Severity) == 0 && (d.Name != "" || d.Archive) {
		r.problemf("ROF_CONFIG channels needs severity: a list such as [critical]")
	}
	if d.Name != "" && !strings.Contains(d.Name, "{{id}}") {
		r.problemf("ROF_CONFIG channels.name must contain {{id}}, so that no two incidents have the same channel, not %q", d.Name)
	}
	return rooms
}
