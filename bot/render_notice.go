package bot

import (
	"strings"

	"ragoffire/engine"
)

// notice is a broadcast reply: what people must notice and an edit would not
// tell them. Where the incident is critical it pings its route's group.
func (r *renderer) notice(i *engine.Incident, n *engine.Notice) *message {
	line := r.noticeLine(i, n)
	m := &message{text: r.notify(bare(line), 200) + " · " + r.notify(headline(i), 160), broadcast: true}
	ping := mention(i)
	if n.What == "all_clear" || i.Status == engine.Resolved && n.What != "still_firing" {
		ping = ""
	}
	switch {
	case n.What == "paged":
		ping, m.broadcast = "", false
	case n.What == "unacknowledged" && i.Status != engine.Open:
		ping = "" // somebody took it before this went out
	}
	m.add(section(join(line, ping), join("`"+r.esc(i.ID, maxName)+"`", r.esc(headline(i), maxTitle))))
	return m.fit()
}

func (r *renderer) noticeLine(i *engine.Incident, n *engine.Notice) string {
	switch n.What {
	case "worse":
		var parts []string
		if n.From != n.To {
			parts = append(parts, severity(n.From)+" → "+severity(n.To))
		}
		if n.Actor != "" {
			return "🔴 *Worse*: " + join(strings.Join(parts, ", "), "says "+r.person(n.Actor))
		}
		return "🔴 *Worse*: " + strings.Join(append(parts, r.growth(n)...), ", ")
	case "reopened":
		return "🔴 *Reopened* by " + r.person(n.Actor)
	case "new_service":
		return "🔴 *Spreading*: now also " + strings.Join(append([]string{r.names(n.Names)}, r.growth(n)...), ", ")
	case "fired_again":
		if n.After == "" {
			return "🔴 *Fired again*"
		}
		return "🔴 *Fired again* after " + r.esc(n.After, 40)
	case "all_clear":
		if i.ResolvedAt != nil {
			return "🟢 *All clear* after " + span(i.StartedAt, *i.ResolvedAt)
		}
		return "🟢 *All clear*"
	case "unacknowledged":
		return "🔴 *Nobody has it* after " + r.esc(n.After, 40)
	case "paged":
		return "📟 Nobody has it: told by " + r.names(n.Names)
	case "unsilenced":
		return "🔴 *No longer silenced*, and " + count(max(n.Now, i.Firing), "alert") + " still firing"
	case "still_firing":
		return "🔴 *Still firing*: " + join(count(max(n.Now, i.Firing), "alert"), r.closed(i), r.esc(n.After, 40))
	}
	return dot(i) + " " + r.esc(strings.ReplaceAll(n.What, "_", " "), maxTitle)
}

// bare is a line of ours without its formatting, for a notification.
func bare(line string) string {
	return strings.NewReplacer("*", "", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(line)
}

// growth tells how the number of alerts went, where it is known.
func (r *renderer) growth(n *engine.Notice) []string {
	switch {
	case n.Now == 0 || n.Now == n.Was && n.From != n.To:
		return nil
	case n.Was == n.Now || n.Was == 0:
		return []string{count(n.Now, "alert")}
	}
	return []string{itoa(n.Was) + " → " + count(n.Now, "alert")}
}

func (r *renderer) closed(i *engine.Incident) string {
	if i.ResolvedBy == "" {
		return ""
	}
	return "closed by " + r.person(i.ResolvedBy)
}

func (r *renderer) names(names []string) string {
	var out []string
	for _, n := range names[:min(len(names), 8)] {
		out = append(out, r.esc(n, maxName))
	}
	return strings.Join(out, ", ")
}
