package bot_test

import (
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
)

const (
	guest    = "U0GUEST"
	stranger = "U0STRANGER"
)

// guarded is a rig where alice and bob, who are in the group, may decide.
func guarded(t *testing.T, change func(c *bot.Config)) (r *rig, decision *slackfake.Message) {
	t.Helper()
	cfg := bot.Config{Approvers: bot.Circle{Groups: []string{"S0SRE"}}}
	change(&cfg)
	r = newRig(t, setup{bot: cfg})
	r.slack.AddUser(slackfake.User{ID: guest, Name: "gina", Guest: true})
	r.slack.AddUser(slackfake.User{ID: stranger, Name: "stan", TeamID: "T0OTHER"})
	for _, u := range []string{guest, stranger} {
		if err := r.slack.Join(channel, u); err != nil {
			t.Fatal(err)
		}
	}
	r.fire("HighErrorRate")
	r.posted("nobody has it")
	return r, r.posted("Confidence", "Throttle connections to 30%")
}

func same(*bot.Config) {}

func TestOnlyApproversDecide(t *testing.T) {
	r, m := guarded(t, same)
	for _, c := range []struct{ user, says string }{
		{carol, "Not allowed: deciding on advice is for @sre"},
		{guest, "you are a guest"},
		{stranger, "you are of another workspace"},
	} {
		r.click(c.user, m.TS, "decision_approve")
		r.whispered(c.user, c.says, "@sre")
		r.mention(c.user, m.ThreadTS, "reject it is the disk")
		r.wait("a second refusal", func(p *slackfake.Snapshot) bool { return len(p.Ephemerals(c.user)) == 2 })
		r.click(c.user, m.TS, "decision_reject")
		r.wait("a third refusal", func(p *slackfake.Snapshot) bool {
			return len(p.Ephemerals(c.user)) == 3 && len(p.Views(c.user)) == 0
		})
	}
	r.click(bob, m.TS, "decision_approve")
	r.shows(m, "✅ Approved by @bob")
	if n := len(r.slack.Snapshot().Notified()); n != 0 {
		t.Errorf("naming who may pinged %d times", n)
	}
}

func TestWhoIsNamedNeedsNoWordOfSlacks(t *testing.T) {
	r, m := guarded(t, func(c *bot.Config) { c.Approvers.Users = []string{carol} })
	r.slack.Inject(slackfake.Fault{Method: "usergroups.users.list", Status: 503, Times: -1})
	r.slack.Inject(slackfake.Fault{Method: "users.info", Status: 503, Times: -1})
	r.click(alice, m.TS, "decision_approve")
	r.whispered(alice, "Slack does not say whether you are one of them; try again in a minute")
	r.click(carol, m.TS, "decision_approve")
	r.shows(m, "✅ Approved by @carol")
}

func TestAGroupThatSlackDoesNotTellOfIsClosed(t *testing.T) {
	w := &watch{}
	r, m := guarded(t, func(c *bot.Config) { c.Now = w.now })
	disarm := r.slack.Inject(slackfake.Fault{Method: "usergroups.users.list", Status: 503, Times: -1})
	r.click(alice, m.TS, "decision_approve")
	r.whispered(alice, "Not allowed", "for @sre", "try again in a minute")
	disarm()
	r.slack.Inject(slackfake.Fault{Method: "usergroups.users.list", Status: 429, RetryAfter: 30 * time.Second})
	r.click(alice, m.TS, "decision_approve") // a failure is not remembered
	r.whispered(alice, "try again in 30 s")
	asked := len(r.slack.Snapshot().Calls("usergroups.users.list"))
	w.pass(10 * time.Second)
	r.click(alice, m.TS, "decision_approve")
	r.whispered(alice, "try again in 20 s")
	if n := len(r.slack.Snapshot().Calls("usergroups.users.list")); n != asked {
		t.Errorf("Slack was asked %d times while it had said to wait", n-asked)
	}
	w.pass(21 * time.Second)
	r.click(alice, m.TS, "decision_approve")
	r.shows(m, "✅ Approved by @alice")
}

func TestAcknowledgingAndOutcomesAreForEverybody(t *testing.T) {
	r, m := guarded(t, same)
	r.slack.Inject(slackfake.Fault{Method: "users.info", Status: 503, Times: -1})
	r.slack.Inject(slackfake.Fault{Method: "usergroups.users.list", Status: 503, Times: -1})
	r.click(guest, m.ThreadTS, "incident_ack")
	r.posted("🟡", "@gina has it")
	if calls := r.slack.Snapshot().Calls("users.info"); len(calls) != 0 {
		t.Errorf("an acknowledgement asked Slack %d times who that is", len(calls))
	}
	r.mention(guest, m.ThreadTS, "outcome not_tried it went away")
	r.shows(m, "It was not tried")
}

func TestAGuestDoesNotCloseAnIncident(t *testing.T) {
	r, m := guarded(t, func(c *bot.Config) { c.Approvers = bot.Circle{} })
	r.opens(guest)
	if v := r.homeOf(guest, "This tab is for full members of this workspace; you are a guest"); contains(viewSays(v), "HighErrorRate") {
		t.Error("a guest sees incidents of channels they are not in")
	}
	r.mention(guest, m.ThreadTS, "resolve turned it off and on")
	r.whispered(guest, "Not allowed: changing an incident is for full members of this workspace; you are a guest")
	r.mention(guest, m.ThreadTS, "silence 2h")
	r.whispered(guest, "Not allowed: silencing is for full members of this workspace; you are a guest")
	r.mention(guest, m.ThreadTS, "silence list")
	r.whispered(guest, "Nothing is silenced")
	r.mention(carol, m.ThreadTS, "resolve throttled connections to 30%")
	r.posted("🟢", "closed by @carol")
}

func TestWhoAsksDoesNotApproveWhereTheConfigSaysSo(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{Approvers: bot.Circle{Groups: []string{"S0SRE"}}, NotOwn: true}})
	r.slash(alice, ask)
	m := r.posted("asked by @alice")
	r.click(alice, m.TS, "decision_approve")
	r.whispered(alice, "you asked for this advice yourself", "for @sre")
	r.click(bob, m.TS, "decision_approve")
	r.shows(m, "✅ Approved by @bob")
}

func TestAnAdminTakesBackWhatOthersDecided(t *testing.T) {
	r, m := guarded(t, func(c *bot.Config) { c.Admins = bot.Circle{Users: []string{carol}} })
	r.click(alice, m.TS, "decision_approve")
	m = r.shows(m, "✅ Approved by @alice")
	r.click(bob, m.TS, "decision_undo")
	r.whispered(bob, "only alice can take this verdict back")
	r.click(carol, m.TS, "decision_undo")
	r.wait("the buttons back", func(p *slackfake.Snapshot) bool {
		return actions(p.Message(channel, m.TS)) == "decision_approve decision_reject decision_evidence"
	})
}

// Who was taken out of the group does not approve any more: Slack is asked at
// the click, and only the clicks of one moment share an answer.
func TestWhoIsTakenOutOfTheGroupDecidesNoMore(t *testing.T) {
	w := &watch{}
	r, m := guarded(t, func(c *bot.Config) { c.Now = w.now })
	r.click(alice, m.TS, "decision_approve")
	m = r.shows(m, "✅ Approved by @alice")
	r.click(alice, m.TS, "decision_undo")
	r.wait("the buttons back", func(p *slackfake.Snapshot) bool {
		return contains(actions(p.Message(channel, m.TS)), "decision_approve")
	})
	if n := len(r.slack.Snapshot().Calls("usergroups.users.list")); n != 1 {
		t.Errorf("Slack was asked %d times", n)
	}
	r.slack.AddUserGroup(slackfake.UserGroup{ID: "S0SRE", Handle: "sre", Users: []string{bob}})
	w.pass(3 * time.Second)
	r.click(alice, m.TS, "decision_approve")
	r.whispered(alice, "deciding on advice is for @sre")
}

func TestWhereThereAreAdminsTheySilence(t *testing.T) {
	r, m := guarded(t, func(c *bot.Config) { c.Admins = bot.Circle{Users: []string{carol}} })
	r.mention(alice, m.ThreadTS, "silence 2h deploy")
	r.whispered(alice, "Not allowed: silencing is for @carol")
	r.mention(carol, m.ThreadTS, "silence 2h deploy")
	r.whispered(carol, "*Silence* for 2 h")
}
