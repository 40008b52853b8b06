package main

import (
	"regexp"

	"ragoffire/bot"
)

// peopleDocument is who may do something, as it is written.
type peopleDocument struct {
	Groups []string `yaml:"groups"`
	Users  []string `yaml:"users"`
	Self   *bool    `yaml:"self"`
	API    *bool    `yaml:"api"`
}

var (
	groupID = regexp.MustCompile(`^S[A-Z0-9]{2,20}$`)
	userID  = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)
)

// readPeople reads who may decide on advice, and who may overrule.
func (r *reader) readPeople(d *document, f *file) {
	f.approvers, f.admins = r.circle("approvers", &d.Approvers), r.circle("admins", &d.Admins)
	f.notOwn = d.Approvers.Self != nil && !*d.Approvers.Self
	f.verdictsElsewhere = (!f.approvers.Open() || f.notOwn) && (d.Approvers.API == nil || !*d.Approvers.API)
	if d.Admins.API != nil {
		r.problemf("ROF_CONFIG admins.api means nothing; write approvers.api")
	}
	if d.Admins.Self != nil {
		r.problemf("ROF_CONFIG admins.self means nothing; write approvers.self")
	}
}

func (r *reader) circle(name string, d *peopleDocument) bot.Circle {
	for n, id := range d.Groups {
		if !groupID.MatchString(id) {
			r.problemf("ROF_CONFIG %s.groups[%d] must be a Slack user group's id such as S0SRE, not %q", name, n, id)
		}
	}
	for n, id := range d.Users {
		if !userID.MatchString(id) {
			r.problemf("ROF_CONFIG %s.users[%d] must be a Slack user's id such as U0ALICE (profile, More, Copy member ID), not %q", name, n, id)
		}
	}
	if given := d.Groups != nil || d.Users != nil; given && len(d.Groups)+len(d.Users) == 0 {
		r.problemf("ROF_CONFIG %s names nobody, which would leave it to everybody; name somebody, or take it out", name)
	}
	return bot.Circle{Groups: d.Groups, Users: d.Users}
}
