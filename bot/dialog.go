package bot

import (
	"context"

	"ragoffire/engine"
)

// The action ids of the buttons that open a dialog, beside those of blocks.go.
const (
	actionDeclare  = "incident_declare"
	actionNote     = "incident_note"
	actionUpdate   = "incident_update"
	actionSeverity = "incident_severity"
)

// dialogVerb is the verb whose dialog a button opens, "" for other buttons.
func dialogVerb(action string) string {
	switch action {
	case actionReject:
		return verbReject
	case actionResolve:
		return verbResolve
	case actionDeclare:
		return verbDeclare
	case actionNote:
		return verbNote
	case actionUpdate:
		return verbUpdate
	case actionSeverity:
		return verbSeverity
	}
	return ""
}

// modalVerb is the verb that a dialog is for, "" where it is for none.
func modalVerb(callback string) string {
	switch callback {
	case modalResolve:
		return verbResolve
	case modalDeclare:
		return verbDeclare
	case modalUpdate:
		return verbUpdate
	case modalSeverity:
		return verbSeverity
	}
	return ""
}

// clickVerb is the verb that a button does at once, "" where it is of no matter
// who clicks it.
func clickVerb(action string) string {
	switch action {
	case actionMitigate:
		return verbMitigate
	case actionSplit:
		return verbSplit
	}
	return ""
}

// dialog says whether a command opens a dialog rather than act: where what it
// needs to know was not said.
func (c *command) dialog() bool {
	switch c.verb {
	case verbResolve, verbReject, verbNote, verbUpdate, verbDeclare:
		return c.text == ""
	case verbSeverity:
		return c.severity == ""
	}
	return false
}

// offerDialog answers a command that opens a dialog where nothing can: a mention
// has no trigger, so it gets a button that has one.
func (b *Bot) offerDialog(ctx context.Context, a asker, c command) (*message, error) {
	const or = " Say it in the dialog, or behind the command."
	switch c.verb {
	case verbDeclare:
		return b.render.offer("What is wrong?"+or, primary(button(actionDeclare, c.verb, "Declare …"))), nil
	case verbReject:
		if m, err := b.caught(ctx, a, c); err != nil || m != nil {
			return m, err
		}
		d, err := b.decisionOf(ctx, a, c)
		if err != nil {
			return nil, err
		}
		return b.render.offer("Why is "+d.Header()+" wrong?"+or, button(actionReject, d.ID, "Reject …")), nil
	}
	i, m, err := b.incidentOf(ctx, a, c)
	if err != nil || m != nil {
		return m, err
	}
	switch c.verb {
	case verbNote:
		return b.render.offer("What is to be noted on "+i.ID+"?"+or, button(actionNote, i.ID, "Note …")), nil
	case verbUpdate:
		return b.render.offer("How does "+i.ID+" stand?"+or, primary(button(actionUpdate, i.ID, "Update …"))), nil
	case verbResolve:
		if err := ended(&i); err != nil {
			return nil, err
		}
	case verbSeverity:
		return b.render.offer("How bad is "+i.ID+"? It is "+severity(i.Severity)+"."+or, button(actionSeverity, i.ID, "Severity …")), nil
	}
	return b.render.offer("What fixed "+i.ID+"?"+or, primary(button(actionResolve, i.ID, "Resolve …"))), nil
}

// still says how much of a live incident fires, "" where nothing does: resolving
// it then is worth a second thought.
func still(i *engine.Incident) string {
	switch {
	case !i.Live() || i.Firing == 0:
		return ""
	case i.Series == 1:
		return "Its alert still fires"
	case i.Firing < i.Series:
		return itoa(i.Firing) + " of " + itoa(i.Series) + " still fire"
	}
	return "All " + itoa(i.Series) + " alerts still fire"
}
