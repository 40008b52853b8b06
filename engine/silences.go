package engine

import (
	"context"
	"strings"
	"time"
)

// proposalLives is how long a proposed silence can be confirmed: what it matched
// was looked at then.
const proposalLives = time.Hour

// SilencePreview is a silence with what it matches now.
type SilencePreview struct {
	Silence
	Incidents []Incident // live ones of which a firing alert matches
	Series    int        // firing alerts that match
	Whole     int        // of the incidents, those of which every firing alert matches
	Reach     Reach
}

// ProposeSilence stores a silence that somebody may confirm, and says what it
// matches. Without matchers those of the incident's firing alerts are taken.
func (e *Engine) ProposeSilence(ctx context.Context, s Silence) (SilencePreview, error) {
	now := e.now()
	s.ID, s.Status, s.CreatedAt = newID("sil_", now), SilenceProposed, now
	s.Until, s.Outside, s.EndedAt = now.Add(s.For), "", nil
	s.By, s.Reason = strings.TrimSpace(Clean(s.By)), strings.Join(strings.Fields(Clean(s.Reason)), " ")
	if s.By == "" {
		return SilencePreview{}, Invalidf("actor", "say who does this")
	}
	if s.IncidentID != "" && len(s.Match) == 0 {
		d, err := e.Incident(ctx, s.IncidentID)
		if err != nil {
			return SilencePreview{}, err
		}
		firing := firingOf(d.Alerts)
		if len(firing) == 0 {
			return SilencePreview{}, Conflictf("nothing of %s fires; there is nothing to silence", s.IncidentID)
		}
		if s.Match = common(firing); len(s.Match) == 0 {
			return SilencePreview{}, Conflictf("the alerts of %s have nothing in common; say key=value", s.IncidentID)
		}
	}
	if err := s.check(); err != nil {
		return SilencePreview{}, err
	}
	p, err := e.preview(ctx, s)
	if err != nil {
		return p, err
	}
	return p, e.store.Update(ctx, func(tx Tx) error { return tx.PutSilence(ctx, s) })
}

func firingOf(alerts []Alert) []Alert {
	var out []Alert
	for _, a := range alerts {
		if a.Status != AlertResolved {
			out = append(out, a)
		}
	}
	return out
}

func (e *Engine) preview(ctx context.Context, s Silence) (SilencePreview, error) {
	p := SilencePreview{Silence: s}
	var matched []Alert
	err := e.eachLive(ctx, func(i Incident, firing []Alert) {
		n := 0
		for _, a := range firing {
			if s.matches(&a) {
				matched = append(matched, a)
				n++
			}
		}
		if n > 0 {
			p.Incidents, p.Series = append(p.Incidents, i), p.Series+n
		}
		if n > 0 && n == len(firing) {
			p.Whole++
		}
	})
	p.Reach = e.cfg.Silencer.reach(matched)
	return p, err
}

// eachLive calls f with the live incidents of which something fires or that are
// muted, at most a thousand, the newest first.
func (e *Engine) eachLive(ctx context.Context, f func(Incident, []Alert)) error {
	return e.store.View(ctx, func(r Reader) error {
		live, _, err := r.Incidents(ctx, IncidentFilter{Live: true}, "", 1000)
		if err != nil {
			return err
		}
		for _, i := range live {
			if i.Firing == 0 && i.Muted == nil {
				continue
			}
			alerts, err := r.Alerts(ctx, i.ID)
			if err != nil {
				return err
			}
			f(i, firingOf(alerts))
		}
		return nil
	})
}

// carryAfter is when the job looks after a silence that was confirmed: who did that
// carries it at once, and two at a time could make two.
const carryAfter = 5 * time.Second

// ConfirmSilence makes a proposed silence count, from now on for its time. Once
// more by the same person, it changes nothing.
func (e *Engine) ConfirmSilence(ctx context.Context, id, actor string) (SilencePreview, error) {
	now := e.now()
	var s Silence
	var fresh bool
	err := e.store.Update(ctx, func(tx Tx) (err error) {
		if s, err = tx.Silence(ctx, id); err != nil {
			return err
		}
		fresh = s.Status == SilenceProposed
		switch {
		case s.Status == SilenceEnded, !fresh && !s.Until.After(now):
			return Conflictf("this silence has ended")
		case fresh && now.Sub(s.CreatedAt) > proposalLives:
			return Conflictf("this preview is an hour old and what it matches may be different; ask again")
		case fresh && s.By != actor:
			return Conflictf("%s asked for this silence", s.By)
		case !fresh:
			return nil
		}
		s.Status, s.Until = SilenceActive, now.Add(s.For)
		if err := tx.PutSilence(ctx, s); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Job{Kind: JobSilence, Subject: s.ID, At: now.Add(carryAfter)}, Job{Kind: JobUnmute, Subject: s.ID})
	})
	if err != nil {
		return SilencePreview{}, err
	}
	p, err := e.preview(ctx, s)
	if err == nil && fresh {
		err = e.muteAll(ctx, &p)
	}
	return p, err
}

// muteAll mutes the incidents that a silence covers: their messages stay, and
// nothing of them is announced any more.
func (e *Engine) muteAll(ctx context.Context, p *SilencePreview) error {
	for _, i := range p.Incidents {
		if err := e.unmute(ctx, i.ID); KindOf(err) == Unavailable {
			return err
		}
	}
	return nil
}

// Silences lists the active silences, the first to end first.
func (e *Engine) Silences(ctx context.Context) (list []Silence, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		list, err = r.Silences(ctx, e.now())
		return err
	})
	return list, err
}

// EndSilence ends a silence before its time.
func (e *Engine) EndSilence(ctx context.Context, id, actor string) (Silence, error) {
	now := e.now()
	var s Silence
	err := e.store.Update(ctx, func(tx Tx) (err error) {
		if s, err = tx.Silence(ctx, id); err != nil {
			return err
		}
		if s.Status != SilenceActive || !s.Until.After(now) {
			return Conflictf("%s is not active", s.ID)
		}
		s.Status, s.EndedAt, s.EndedBy = SilenceEnded, &now, strings.TrimSpace(Clean(actor))
		if err := tx.PutSilence(ctx, s); err != nil {
			return err
		}
		return tx.Enqueue(ctx, Job{Kind: JobSilence, Subject: s.ID}, Job{Kind: JobUnmute, Subject: s.ID})
	})
	return s, err
}

// CarrySilence makes or ends a silence where the pagers are, and returns it. The
// job does the same, as often as it takes.
func (e *Engine) CarrySilence(ctx context.Context, id string) (Silence, error) {
	var s Silence
	err := e.store.View(ctx, func(r Reader) (err error) {
		s, err = r.Silence(ctx, id)
		return err
	})
	if err != nil || e.cfg.Silencer.Make == nil {
		return s, err
	}
	switch {
	case s.Status == SilenceActive && s.Outside == "" && s.Until.After(e.now()):
		s.Outside, err = e.cfg.Silencer.Make(ctx, s, s.comment())
	case s.Status == SilenceEnded && s.Outside != "" && !s.OutsideEnd:
		err = e.cfg.Silencer.End(ctx, s.Outside, s.comment())
		s.OutsideEnd = err == nil
	default:
		return s, nil
	}
	if err != nil {
		return s, err
	}
	return s, e.store.Update(ctx, func(tx Tx) error {
		now, err := tx.Silence(ctx, id)
		if err != nil {
			return err
		}
		now.Outside, now.OutsideEnd = s.Outside, s.OutsideEnd
		if err := tx.PutSilence(ctx, now); err != nil || now.Status == s.Status {
			return err
		}
		return tx.Enqueue(ctx, Job{Kind: JobSilence, Subject: id}) // it was ended meanwhile
	})
}

func (e *Engine) carrySilence(ctx context.Context, id string) error {
	_, err := e.CarrySilence(ctx, id)
	if KindOf(err) == NotFound {
		return nil
	}
	return err
}
