package main

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"ragoffire/engine"
)

// serviceDocument is what is written of one service.
type serviceDocument struct {
	Owner     string            `yaml:"owner"`
	Channel   string            `yaml:"channel"`
	Links     map[string]string `yaml:"links"`
	DependsOn []string          `yaml:"depends_on"`
}

func (r *reader) readServices(docs map[string]serviceDocument) map[string]engine.Service {
	out := make(map[string]engine.Service, len(docs))
	for _, name := range slices.Sorted(maps.Keys(docs)) {
		d := docs[name]
		if d.Channel != "" {
			r.checkChannel(d.Channel, "services.%s.channel", name)
		}
		s := engine.Service{Owner: d.Owner, Channel: d.Channel, DependsOn: d.DependsOn}
		for _, label := range slices.Sorted(maps.Keys(d.Links)) {
			// What is filled in is a number, so an address that is good with one is.
			filled := strings.NewReplacer("{{from}}", "1", "{{to}}", "2").Replace(d.Links[label])
			u, err := url.Parse(filled)
			if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Contains(filled, "{{") {
				r.problemf("ROF_CONFIG services.%s.links.%s must be an address such as https://g.example/d/x?from={{from}}&to={{to}}; {{from}} and {{to}} are all that is filled in", name, label)
			}
			s.Links = append(s.Links, engine.ServiceLink{Name: label, URL: d.Links[label]})
		}
		out[name] = s
	}
	return out
}

// withoutChannels are the services as they are where there is no bot to post.
func withoutChannels(services map[string]engine.Service) map[string]engine.Service {
	out := maps.Clone(services)
	for name, s := range out {
		s.Channel = ""
		out[name] = s
	}
	return out
}
