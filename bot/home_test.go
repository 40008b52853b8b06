package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
)

// homeOf waits until a person's Home tab says all of the words.
func (r *rig) homeOf(user string, words ...string) slackfake.View {
	r.t.Helper()
	var v slackfake.View
	r.wait("a home tab with "+strings.Join(words, ", "), func(p *slackfake.Snapshot) bool {
		v, _ = p.Home(user)
		return contains(viewSays(v), words...)
	})
	return v
}

// said is what a view says.
func viewSays(v slackfake.View) string { return (&slackfake.Message{Blocks: v.Blocks}).Visible() }

func (r *rig) opens(user string) {
	r.t.Helper()
	if _, err := r.slack.OpenAppHome(user); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) pressHome(user, action, value string) {
	r.t.Helper()
	v, _ := r.slack.Snapshot().Home(user)
	if _, err := r.slack.Press(r.ctx(), slackfake.Press{User: user, View: v.ID, ActionID: action, Value: value}); err != nil {
		r.t.Fatal(err)
	}
}

func soonHome() bot.Config { return bot.Config{HomeEvery: 20 * time.Millisecond} }

func TestTheHomeTabFollowsTheFacts(t *testing.T) {
	r := newRig(t, setup{bot: soonHome()})
	r.opens(alice)
	r.homeOf(alice, "No open incidents", "Nothing is open", "Last 7 days: no incidents")
	id := r.fire("HighErrorRate")
	v := r.homeOf(alice, "1 open incident, nobody has 1", id, "Waiting for a verdict", "INC-2025-001: Throttle connections to 30%")
	r.pressHome(alice, "incident_ack", id)
	r.homeOf(alice, "1 open incident", "Yours", "@alice has it")
	r.posted("🟡", "@alice has it")
	decision := ""
	for _, b := range v.Elements() {
		if b.ActionID == "decision_approve" {
			decision = b.Value
		}
	}
	r.pressHome(alice, "decision_evidence", decision)
	r.wait("the evidence over the tab", func(p *slackfake.Snapshot) bool {
		views := p.Views(alice)
		return len(views) == 1 && contains(viewSays(views[0]), "Speaks for it", "INC-2025-001")
	})
	r.pressHome(alice, "decision_approve", decision)
	r.posted("✅ Approved by @alice")
	r.wait("no verdict waiting", func(p *slackfake.Snapshot) bool {
		v, _ := p.Home(alice)
		return !strings.Contains(viewSays(v), "Waiting for a verdict") && !strings.Contains(viewSays(v), "approved") // an example counts in no figure
	})
	r.pressHome(alice, "incident_resolve", id)
	modal := r.wait("the dialog", func(p *slackfake.Snapshot) bool {
		views := p.Views(alice)
		return len(views) == 1 && views[0].CallbackID == "incident_resolve_modal"
	}).Views(alice)[0]
	if _, err := r.slack.SubmitView(r.ctx(), alice, modal.ID, map[string]map[string]any{"resolution": {"resolution": "throttled connections to 30%"}}); err != nil {
		t.Fatal(err)
	}
	r.homeOf(alice, "No open incidents", "1 resolved")
}

// TestOnesOwnDeedsShowAtOnce has a Home tab that follows others' deeds in an hour.
func TestOnesOwnDeedsShowAtOnce(t *testing.T) {
	r := newRig(t, setup{bot: bot.Config{HomeEvery: time.Hour}})
	id := r.fire("HighErrorRate")
	head, advice := r.posted("nobody has it"), r.posted("Confidence")
	r.opens(alice)
	r.homeOf(alice, "1 open incident, nobody has 1")
	r.click(alice, head.TS, "incident_ack")
	r.homeOf(alice, "Yours", "@alice has it")
	r.click(alice, advice.TS, "decision_approve")
	r.wait("no verdict waiting", func(p *slackfake.Snapshot) bool {
		v, _ := p.Home(alice)
		return !contains(viewSays(v), "Waiting for a verdict")
	})
	r.slash(alice, "assign "+id+" <@"+bob+">")
	r.homeOf(alice, "owner @bob")
	r.mention(alice, head.TS, "resolve throttled connections to 30%")
	r.homeOf(alice, "No open incidents")
	r.opens(bob)
	r.homeOf(bob, "No open incidents")
	r.slash(alice, "reopen "+id)
	r.homeOf(alice, "1 open incident")
	if v, _ := r.slack.Snapshot().Home(bob); !contains(viewSays(v), "No open incidents") {
		t.Error("bob's tab follows at once, too: this test shows nothing")
	}
}

func TestAHomeTabThatShowsItAlreadyIsNotDrawnAgain(t *testing.T) {
	r := newRig(t, setup{bot: soonHome()})
	r.opens(alice)
	r.homeOf(alice, "No open incidents")
	for range 3 {
		r.opens(alice)
	}
	r.slash(bob, "analyze error_type=memory_leak") // an event that no Home tab shows but in its figures
	r.posted("memory leak")
	r.homeOf(alice, "Last 7 days")
	r.opens(bob)
	r.homeOf(bob, "No open incidents")
	drawn := 0
	for _, c := range r.slack.Snapshot().Calls("views.publish") {
		if c.Args["user_id"] == alice {
			drawn++
		}
	}
	if drawn > 2 {
		t.Errorf("drawn %d times for the same facts", drawn)
	}
}

func TestWhatHomeRefusesIsSaidOverIt(t *testing.T) {
	cfg := soonHome()
	cfg.Approvers = bot.Circle{Groups: []string{"S0SRE"}}
	r := newRig(t, setup{bot: cfg})
	r.fire("HighErrorRate")
	r.posted("Confidence")
	r.opens(carol)
	v := r.homeOf(carol, "Waiting for a verdict")
	for _, b := range v.Elements() {
		if b.ActionID == "decision_approve" {
			r.pressHome(carol, b.ActionID, b.Value)
		}
	}
	r.wait("the refusal", func(p *slackfake.Snapshot) bool {
		views := p.Views(carol)
		return len(views) == 1 && contains(viewSays(views[0]), "Not allowed", "@sre")
	})
}

func TestAHundredIncidentsFitOnAHomeTab(t *testing.T) {
	r := newRig(t, setup{bot: soonHome(), noSeeds: true})
	for n := range 100 {
		r.fireOn(fmt.Sprintf("Alert%03d", n), fmt.Sprintf("service-%03d", n))
	}
	r.opens(alice)
	v := r.homeOf(alice, "100 open incidents, nobody has 100", "88 more")
	if len(v.Blocks) > 100 {
		t.Errorf("%d blocks", len(v.Blocks))
	}
}

func TestARateLimitOfHomeTabsIsHeeded(t *testing.T) {
	r := newRig(t, setup{bot: soonHome()})
	r.slack.Inject(slackfake.Fault{Method: "views.publish", Status: 429, RetryAfter: time.Second})
	r.opens(alice)
	r.homeOf(alice, "No open incidents")
	calls := r.wait("both calls", func(p *slackfake.Snapshot) bool { return len(p.Calls("views.publish")) > 1 }).Calls("views.publish")
	if early := calls[1].At.Sub(calls[0].At); early < 980*time.Millisecond || calls[0].Error == "" && calls[0].RetryAfter == 0 {
		t.Errorf("the second call came %s after the first, which answered %q", early, calls[0].Error)
	}
}
