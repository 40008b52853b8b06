package bot

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// actionSplit tells how to take an alert out of an incident.
const actionSplit = "incident_split"

// shownJoined is how many of the alerts that joined an incident are told.
const shownJoined = 5

// joinedOf are the alerts that joined an incident, one of each series, the
// latest first.
func joinedOf(d *engine.Detail) []engine.Alert {
	var list []engine.Alert
	seen := map[engine.SeriesKey]bool{}
	for _, a := range d.Alerts {
		if a.Joined != "" && len(a.Refired) == 0 && !seen[a.Series()] {
			seen[a.Series()] = true
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b engine.Alert) int { return b.ReceivedAt.Compare(a.ReceivedAt) })
	return list
}

// joined is the one reply that says why alerts joined an incident, and how to
// mend that. It is edited as more join.
func (r *renderer) joined(d *engine.Detail) *message {
	list := joinedOf(d)
	m := &message{text: count(len(list), "alert") + " joined: " + r.notify(headline(&d.Incident), 160)}
	if len(list) == 0 {
		m.text = "Nothing joined any more"
		m.add(section("No alert stands here any more that joined by itself."))
		return m.fit()
	}
	lines := []string{"*" + count(len(list), "alert") + " joined*"}
	for n := range list[:min(len(list), shownJoined)] {
		a := &list[n]
		lines = append(lines, join(clock(a.ReceivedAt), r.esc(a.Summary(), maxTitle), "joined: "+r.esc(a.Joined, maxTitle)))
	}
	if more := len(list) - shownJoined; more > 0 {
		lines = append(lines, "and "+itoa(more)+" before")
	}
	m.add(section(lines...))
	if d.Live() {
		m.add(
			buttons(button(actionSplit, d.ID, "Not the same?")),
			footnote("Not the same problem: mention the bot here with `split NAME`. Another incident is the same: `merge INC-…`. Only related: `link INC-…`."),
		)
	}
	return m.fit()
}

// copied is what names an alert in a command that is copied: its fingerprint, where
// that is shown as it is, else its id.
func (r *renderer) copied(a *engine.Alert) string {
	if shown := r.esc(a.Fingerprint, maxName); shown == a.Fingerprint && !strings.ContainsAny(shown, " ,\"“”") {
		return shown
	}
	return r.esc(a.ID, maxName)
}

// splittable lists what can be taken out of an incident, each as a command that
// can be copied.
func (r *renderer) splittable(d *engine.Detail) *message {
	if !d.Live() {
		return r.note(d.ID + " is over; there is nothing to take out.")
	}
	list := joinedOf(d)
	if len(list) == 0 {
		return r.note("No alert joined " + d.ID + " by itself.")
	}
	m := &message{text: "What can be taken out of " + r.notify(d.ID, maxName)}
	var blocks []slack.Block
	for n := range list[:min(len(list), 2*shownJoined)] {
		a := &list[n]
		blocks = append(blocks, section(
			join("*"+r.bold(a.Summary(), maxTitle)+"*", r.esc(a.Component, maxName), "joined: "+r.esc(a.Joined, maxTitle)),
			"`"+r.command+" split "+r.esc(d.ID, maxName)+" "+r.copied(a)+"`",
		))
	}
	m.add(section("Taken out, an alert gets an incident of its own and does not join this one by itself again."))
	m.add(blocks...)
	return m.fit()
}
