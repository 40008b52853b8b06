package bot_test

import (
	"context"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// remind runs the job that reminds of an incident, as it does when the time has
// come.
func (r *rig) remind(id string) {
	r.t.Helper()
	for _, worker := range r.engine.Workers() {
		if worker.Kind == engine.JobRemind {
			_ = worker.Do(context.Background(), id) // an error is when the next is due
		}
	}
	r.settled()
}

// reminders are those in an incident's thread.
func (r *rig) reminders(thread string) []*slackfake.Message {
	var list []*slackfake.Message
	for _, m := range r.slack.Snapshot().Thread(channel, thread) {
		if contains(m.Visible(), "INC-") && (contains(m.Visible(), "update on") || contains(m.Visible(), "no update yet") || contains(m.Visible(), "is not over")) {
			list = append(list, m)
		}
	}
	return list
}

func reminded(t *testing.T) (*rig, *watch, *slackfake.Message, string) {
	t.Helper()
	w := &watch{}
	r := newRig(t, setup{engine: engine.Config{Now: w.now}, bot: bot.Config{Now: w.now}})
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	w.pass(2 * time.Hour)
	r.remind(id)
	if n := len(r.reminders(head.TS)); n != 0 {
		t.Fatalf("%d reminders though nobody has it", n)
	}
	r.says(bob, "ack", id+" is yours")
	return r, w, head, id
}

func TestWhoHasAnIncidentIsRemindedOfAnUpdateOnce(t *testing.T) {
	r, w, head, id := reminded(t)
	w.pass(29 * time.Minute)
	r.remind(id)
	if n := len(r.reminders(head.TS)); n != 0 {
		t.Fatalf("%d reminders too early", n)
	}
	w.pass(time.Minute)
	r.remind(id)
	r.remind(id)
	list := r.reminders(head.TS)
	if len(list) != 1 || !contains(list[0].Visible(), "has had no update yet") || actions(list[0]) != "incident_update reminder_snooze reminder_dismiss" {
		t.Fatalf("%d reminders, want one", len(list))
	}
	var pinged []string
	for _, p := range r.slack.Snapshot().Notified() {
		pinged = append(pinged, p.ID)
	}
	if len(pinged) != 1 || pinged[0] != bob {
		t.Errorf("pinged %v, want bob once", pinged)
	}
	r.click(bob, list[0].TS, "incident_update")
	r.submit(bob, r.view(bob, "incident_update_modal").ID, fields("text", "pool is raised"))
	r.shows(head, "pool is raised")
	r.settled()
	if m := r.shows(list[0], "has had no update yet"); len(m.Buttons()) != 0 {
		t.Errorf("after the update it still offers %s", actions(m))
	}
	w.pass(29 * time.Minute)
	r.remind(id)
	if n := len(r.reminders(head.TS)); n != 1 {
		t.Errorf("%d reminders, 29 min after the update", n)
	}
	w.pass(2 * time.Minute)
	r.remind(id)
	if list = r.reminders(head.TS); len(list) != 2 || !contains(list[1].Visible(), "no update on "+id+" for 31 min") {
		t.Errorf("%d reminders", len(list))
	}
}

func TestAReminderIsSnoozedAndDismissed(t *testing.T) {
	r, w, head, id := reminded(t)
	w.pass(31 * time.Minute)
	r.remind(id)
	first := r.reminders(head.TS)[0]
	r.click(carol, first.TS, "reminder_snooze")
	if m := r.shows(first, "put off by @carol"); len(m.Buttons()) != 0 {
		t.Errorf("it still offers %s", actions(m))
	}
	w.pass(59 * time.Minute)
	r.remind(id)
	if n := len(r.reminders(head.TS)); n != 1 {
		t.Errorf("%d reminders within the hour", n)
	}
	w.pass(2 * time.Minute)
	r.remind(id)
	list := r.reminders(head.TS)
	if len(list) != 2 {
		t.Fatalf("%d reminders after the hour", len(list))
	}
	r.click(bob, list[1].TS, "reminder_dismiss")
	r.shows(list[1], "dismissed by @bob")
	w.pass(8 * time.Hour)
	r.remind(id)
	if n := len(r.reminders(head.TS)); n != 2 {
		t.Errorf("%d reminders, want none after it was dismissed", n)
	}
	w.pass(24 * time.Hour)
	r.remind(id)
	list = r.reminders(head.TS)
	if len(list) != 3 || !contains(list[2].Visible(), "is not over after 35 h") || actions(list[2]) != "incident_resolve reminder_snooze reminder_dismiss" {
		t.Errorf("%d reminders, the last %s", len(list), list[len(list)-1].Visible())
	}
}

func TestNobodyIsRemindedOfWhatIsMitigatedOrMild(t *testing.T) {
	r, w, head, id := reminded(t)
	r.says(bob, "severity low", "is low now")
	w.pass(12 * time.Hour)
	r.remind(id)
	r.says(bob, "severity high", "is high now")
	r.says(bob, "mitigate", "is mitigated")
	w.pass(48 * time.Hour)
	r.remind(id)
	if n := len(r.reminders(head.TS)); n != 0 {
		t.Errorf("%d reminders", n)
	}
}

func TestAReminderSurvivesARestartAndComesOnce(t *testing.T) {
	s := setup{engine: engine.Config{Reminders: engine.Reminders{Update: time.Second, Unresolved: -1}}}
	r := newRig(t, s)
	id := r.fire("HighErrorRate")
	head := r.posted("nobody has it")
	r.says(bob, "ack", id+" is yours")
	r.halt()
	r.open(s)
	r.connected()
	r.posted(id+" has had no update yet", "@")
	for range 3 {
		r.halt()
		r.open(s)
		r.connected()
	}
	r.remind(id)
	if n := len(r.reminders(head.TS)); n != 1 {
		t.Errorf("%d reminders, want one", n)
	}
}
