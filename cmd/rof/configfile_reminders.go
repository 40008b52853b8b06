package main

import (
	"regexp"
	"strings"
	"time"

	"ragoffire/engine"
)

// remindersDocument says when who has an incident is reminded: of an update, and
// of ending it. Each is a length of time, or off.
type remindersDocument struct {
	Update     string `yaml:"update"`
	Unresolved string `yaml:"unresolved"`
}

// updatesDocument names the channel that gets the updates of all incidents.
type updatesDocument struct {
	Channel string `yaml:"channel"`
}

func (r *reader) readReminders(d remindersDocument) engine.Reminders {
	return engine.Reminders{
		Update:     r.durationOrOff("reminders.update", d.Update),
		Unresolved: r.durationOrOff("reminders.unresolved", d.Unresolved),
	}
}

// durationOrOff is duration, or a negative one for what is turned off.
func (r *reader) durationOrOff(name, s string) time.Duration {
	switch strings.ToLower(s) {
	case "off", "no", "never", "false":
		return -1
	}
	return r.duration(name, s)
}

// slackChannel is the id of a channel: a name would be another channel's after a
// rename.
var slackChannel = regexp.MustCompile(`^[CGD][A-Z0-9]{2,20}$`)

func (r *reader) readUpdates(d updatesDocument) string {
	if d.Channel != "" && !slackChannel.MatchString(d.Channel) {
		r.problemf("ROF_CONFIG updates.channel must be a channel's id such as C0NEWS (in Slack: the channel's details, at the bottom), not %q", d.Channel)
	}
	return d.Channel
}
