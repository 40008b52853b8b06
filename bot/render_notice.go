package bot

import (
	"cmp"
	"strings"

	"ragoffire/engine"
)

// notice is a broadcast reply: what people must notice and an edit would not
// tell them. Where the incident is critical it pings its route's group.
func (r *renderer) notice(i *engine.Incident, n *engine.Notice) *message {
	line := r.noticeLine(i, n)
	m := &message{text: r.notify(bare(line), 200) + " · " + r.notify(headline(i), 160), broadcast: !quietNews(n.What)}
	ping := mention(i)
	if n.What == "all_clear" || n.What == "new_alert" || quietNews(n.What) && n.From == n.To || i.Status == engine.Resolved && n.What != "still_firing" {
		ping = ""
	}
	switch {
	case n.What == "paged":
		ping, m.broadcast = "", false
	case n.What == "unacknowledged" && i.Status != engine.Open:
		ping = "" // somebody took it before this went out
	}
	m.add(section(join(line, ping), join("`"+r.esc(i.ID, maxName)+"`", r.esc(headline(i), maxTitle))))
	if n.What == "all_clear" && i.Clear() {
		m.add(buttons(button(actionResolve, i.ID, "Close")))
	}
	return m.fit()
}

// quietNews says of a notice that it is for the thread alone: somebody did it
// just now, and whoever follows the thread wants to know.
func quietNews(what string) bool {
	switch what {
	case "merged", "merged_into", "split", "linked":
		return true
	}
	return false
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
	case "new_alert":
		who := ""
		if i.AcknowledgedBy != "" {
			who = " after " + r.person(i.AcknowledgedBy) + " took it"
		}
		line := "🔴 *New alert*" + who + ": " + r.names(n.Names)
		if since := i.SinceAck - 1; since > 0 {
			line += " and " + itoa(since) + " more since"
		}
		return line
	case "flapping":
		return "🟠 *Flapping*: fired again " + times(n.Now) + " in " + r.esc(n.After, 40) + "; from here on that is counted above and not told each time"
	case "merged":
		line := "`" + r.esc(n.Other, maxName) + "` merged into this by " + r.person(n.Actor)
		if n.From != n.To {
			line = join(line, severity(n.From)+" → "+severity(n.To))
		}
		return join(append([]string{line}, r.growth(&engine.Notice{Was: n.Was, Now: n.Now})...)...)
	case "merged_into":
		return "Merged into `" + r.esc(n.Other, maxName) + "` by " + r.person(n.Actor) + "; its alerts go there from now on"
	case "split":
		return count(max(n.Now, 1), "alert") + " taken out by " + r.person(n.Actor) + ", now `" + r.esc(n.Other, maxName) + "`"
	case "linked":
		return "Related to `" + r.esc(n.Other, maxName) + "`, says " + r.person(n.Actor)
	case "all_clear":
		if i.Clear() {
			return "🟢 *All clear* after " + span(i.StartedAt, *i.ClearedAt) + "; " + r.closer(i) + " closes it"
		}
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

// closer is who says that an incident is over: its owner, who has taken it, or
// who declared it.
func (r *renderer) closer(i *engine.Incident) string {
	if i.Owner != nil {
		return r.person(i.Owner.Name)
	}
	return r.person(cmp.Or(i.AcknowledgedBy, i.DeclaredBy))
}

// bare is a line of ours without its formatting, for a notification.
func bare(line string) string {
	return strings.NewReplacer("*", "", "`", "", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(line)
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
