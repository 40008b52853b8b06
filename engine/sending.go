package engine

import (
	"slices"
	"time"
)

// What an observation does to where its incident is told.

// send gives a new incident its place, or none where a silence holds it back.
func (in *intake) send(i *Incident, ep *Alert) {
	if i.Muted = in.engine.muted(ep, in.silences, in.now); i.Muted != nil {
		i.Team = in.engine.cfg.Services[i.Service].Owner
		return
	}
	i.send(in.engine.cfg.route(i, in.now))
}

// unmute ends what a silence holds back when a series stands in it that no
// silence matches.
func (in *intake) unmute(i *Incident, ep *Alert) {
	if i.Muted == nil {
		return
	}
	if m := in.engine.muted(ep, in.silences, in.now); m != nil {
		if m.Until.Before(i.Muted.Until) {
			i.Muted = m // from then on one of its alerts is silenced by none
		}
		return
	}
	i.Muted = nil
	if i.Channel == "" {
		i.send(in.engine.cfg.route(i, in.now))
	}
	in.urge(i)
}

// reroute takes an incident that got worse to where its severity belongs, too:
// a message cannot move, so it stands there as well.
func (in *intake) reroute(i *Incident) {
	if i.Channel == "" {
		return
	}
	to := in.engine.cfg.route(i, in.now)
	if i.Quiet != "" && to.QuietTill.IsZero() {
		if i.Quiet = ""; i.ID != "" {
			in.surfaced = append(in.surfaced, i)
		}
	}
	i.widen(to)
}

// widen takes over what a worse severity's route says: its group, and its channel
// beside the one that an incident stands in.
func (i *Incident) widen(to Routed) {
	if to.Mention != "" {
		i.Mention = to.Mention
	}
	if to.Channel != "" && to.Channel != i.Channel && to.QuietTill.IsZero() && !slices.Contains(i.Also, to.Channel) && len(i.Also) < 4 {
		i.Also = append(i.Also, to.Channel)
	}
}

// urge starts the clock of what follows where nobody takes a critical incident.
func (in *intake) urge(i *Incident) {
	if i.urge(in.now) && !slices.Contains(in.urgent, i) {
		in.urgent = append(in.urgent, i)
	}
}

// urge reports whether somebody must take the incident from now on.
func (i *Incident) urge(now time.Time) bool {
	if i.Severity != SeverityCritical || i.Status != Open || i.Muted != nil || i.Channel == "" {
		return false
	}
	i.UrgentAt, i.Escalated = now, 0
	return true
}

// hold wants the digests of the quiet hours that hold incidents back.
func (in *intake) hold(w *wants) error {
	for _, i := range in.changedIncidents {
		if i.Quiet == "" {
			continue
		}
		to := in.engine.cfg.route(i, in.now)
		if to.QuietTill.IsZero() || digestKey("quiet", i.Channel, to.QuietTill) != i.Quiet {
			continue // it stands there already
		}
		if err := w.digest(i.Quiet, i.Channel, Digest{Why: "quiet"}, to.QuietTill); err != nil {
			return err
		}
	}
	return nil
}
