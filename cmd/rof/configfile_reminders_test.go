package main

import (
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestRemindersAndUpdatesAreConfigured(t *testing.T) {
	for _, tt := range []struct {
		text string
		want engine.Reminders
	}{
		{"types: []", engine.Reminders{}},
		{"reminders: {update: 15m}", engine.Reminders{Update: 15 * time.Minute}},
		{"reminders: {update: off, unresolved: 2d}", engine.Reminders{Update: -1, Unresolved: 48 * time.Hour}},
		{"reminders: {update: \"never\", unresolved: 8h}", engine.Reminders{Update: -1, Unresolved: 8 * time.Hour}},
	} {
		c, err := readConfig(env("HOME=/h", "SLACK_APP_TOKEN=xapp-1", "SLACK_BOT_TOKEN=xoxb-1", "ROF_CONFIG="+write(t, tt.text+"\nupdates: {channel: C0NEWS}\n")))
		if e := c.engineConfig(); err != nil || e.Reminders != tt.want || e.Updates != "C0NEWS" {
			t.Errorf("%s is %+v, updates to %q, %v", tt.text, e.Reminders, e.Updates, err)
		}
	}
	_, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, "reminders: {update: soon}\nupdates: {channel: \"#news\"}\n")))
	for _, want := range []string{"reminders.update must be a length of time", "updates.channel must be a channel's id such as C0NEWS"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	c, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, "updates: {channel: C0NEWS}\n")))
	if e := c.engineConfig(); err != nil || e.Updates != "" {
		t.Errorf("without Slack updates go to %q, %v", e.Updates, err)
	}
}
