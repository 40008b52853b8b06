package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// replyOf renders a reply in an incident's thread, or an update that stands in a
// channel of its own.
func (r *renderer) replyOf(ctx context.Context, in engine.Reader, p *engine.Post) (*message, error) {
	i, err := in.Incident(ctx, p.Subject)
	if err != nil {
		return nil, err
	}
	var say engine.Reply
	if err := json.Unmarshal(p.Detail, &say); err != nil {
		return nil, fmt.Errorf("reply %s: %w", p.Key, err)
	}
	return r.reply(&i, &say, p.Parent == ""), nil
}

// reply says what a reply says; alone is for where no thread tells what it is
// about.
func (r *renderer) reply(i *engine.Incident, say *engine.Reply, alone bool) *message {
	m := &message{broadcast: say.Broadcast}
	about := ""
	if alone || say.Broadcast {
		about = join("`"+r.esc(i.ID, maxName)+"`", r.esc(headline(i), maxTitle), severity(i.Severity), string(i.Status))
	}
	switch say.What {
	case engine.ReplyUpdate:
		m.text = r.notify("Update on "+i.ID+": "+say.Text, limitText)
		m.add(section(dot(i)+" *Update* by "+r.person(say.By), about), section(r.escLines(say.Text, 2900)))
	case engine.ReplyReminder:
		m.text = r.notify("Reminder: "+say.Text, limitText)
		m.add(section(join(r.ping(say.To), r.esc(say.Text, maxLine)), about), r.reminderButtons(i, say), r.nudged(i, say))
	default:
		m.text = r.notify(i.ID+" is assigned to "+nameOf(say.To), limitText)
		m.add(section("Assigned to "+r.ping(say.To)+" by "+r.person(say.By), about))
	}
	return m.fit()
}

// member is a person's id; the only people who are ever mentioned are those whom
// somebody made an incident's owner, or who took it.
var member = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)

func (r *renderer) ping(p *engine.Person) string {
	switch {
	case p == nil:
		return ""
	case member.MatchString(p.ID):
		return "<@" + p.ID + ">"
	}
	return r.person(p.Name)
}

func nameOf(p *engine.Person) string {
	if p == nil {
		return "nobody"
	}
	return p.Name
}

// The buttons of a reminder and of what alerts still fire under.
const (
	actionMitigate = "incident_mitigate"
	actionSnooze   = "reminder_snooze"
	actionDismiss  = "reminder_dismiss"
)

// reminderButtons are there for as long as the reminder asks for something.
func (r *renderer) reminderButtons(i *engine.Incident, say *engine.Reply) slack.Block {
	if n := nudgeOf(i, say.Nudge); !i.Live() || i.Status == engine.Mitigated || n.Count != say.Count || n.By != "" || i.LastUpdate != nil && say.Nudge == engine.NudgeUpdate && i.LastUpdate.At.After(n.At) {
		return nil
	}
	first := primary(button(actionUpdate, i.ID, "Update …"))
	if say.Nudge == engine.NudgeUnresolved {
		first = primary(button(actionResolve, i.ID, "Resolve …"))
	}
	return buttons(first, button(actionSnooze, i.ID, "Snooze 1 h"), button(actionDismiss, i.ID, "Dismiss"))
}

// nudged says what somebody made of a reminder.
func (r *renderer) nudged(i *engine.Incident, say *engine.Reply) slack.Block {
	n := nudgeOf(i, say.Nudge)
	switch {
	case n.Count != say.Count || n.By == "":
		return nil
	case n.Off:
		return footnote("dismissed by " + r.person(n.By))
	}
	return footnote("put off by " + r.person(n.By) + " till " + clock(n.Until))
}

func nudgeOf(i *engine.Incident, what string) engine.Nudge {
	for _, n := range i.Nudges {
		if n.What == what {
			return n
		}
	}
	return engine.Nudge{}
}
