package main

import (
	"slices"
	"strings"

	"ragoffire/webhook"
)

// rolesDocument is who may do what whom a provider signs in, as it is written.
type rolesDocument struct {
	Default     string   `yaml:"default"`
	Team        string   `yaml:"team"`
	Domains     []string `yaml:"domains"`
	GroupsClaim string   `yaml:"groups_claim"`
	Viewer      []string `yaml:"viewer"`
	Responder   []string `yaml:"responder"`
	Approver    []string `yaml:"approver"`
	Admin       []string `yaml:"admin"`
}

func (d *rolesDocument) people() webhook.People {
	return webhook.People{
		Default: d.Default, Team: d.Team, Domains: d.Domains, GroupsClaim: d.GroupsClaim,
		Roles: map[string][]string{"viewer": d.Viewer, "responder": d.Responder, "approver": d.Approver, "admin": d.Admin},
	}
}

// readOIDC reads the provider that people sign in with. It comes after the file,
// which says who they are.
func (c *config) readOIDC(r *reader) {
	c.oidc = webhook.OIDCConfig{
		Issuer: r.str("ROF_OIDC_ISSUER", ""), ClientID: r.str("ROF_OIDC_CLIENT_ID", ""), ClientSecret: r.secret("ROF_OIDC_CLIENT_SECRET"),
	}
	if strings.TrimRight(c.oidc.Issuer, "/") == webhook.SlackIssuer {
		c.oidc.Issuer = webhook.SlackIssuer
	}
	roles := c.file.roles
	if c.oidc.Issuer == "" {
		if c.oidc.ClientID != "" || c.oidc.ClientSecret != "" {
			r.problemf("ROF_OIDC_CLIENT_ID and ROF_OIDC_CLIENT_SECRET need ROF_OIDC_ISSUER, such as https://slack.com")
		}
		if roles != nil {
			r.problemf("ROF_CONFIG roles are for people whom a provider signs in: set ROF_OIDC_ISSUER, too")
		}
		return
	}
	if roles == nil {
		roles = &rolesDocument{}
	}
	c.oidc.People = roles.people()
	if c.oidc.Issuer == webhook.SlackIssuer { // whose ids the circles are made of
		for role, users := range map[string][]string{"approver": c.file.approvers.Users, "admin": c.file.admins.Users} {
			for _, id := range users {
				c.oidc.People.Roles[role] = append(slices.Clip(c.oidc.People.Roles[role]), "sub:"+id)
			}
		}
	}
	if err := webhook.CheckOIDC(c.oidc); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			r.problemf("ROF_OIDC_ISSUER and ROF_CONFIG roles: %s", line)
		}
	}
}
