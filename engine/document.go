package engine

import (
	"strings"
	"unicode"

	"ragoffire/engine/retrieval"
)

func incidentDocument(i *Incident) retrieval.Document {
	tried := make([]string, 0, len(i.Tried))
	for _, t := range i.Tried {
		tried = append(tried, t.Action)
	}
	return retrieval.Document{
		ID: i.ID, Kind: KindIncident,
		Fields: []retrieval.Field{
			{Name: "title", Text: i.Title},
			{Name: "id", Text: idWords(i.ID)},
			{Name: "type", Text: i.ErrorType},
			{Name: "service", Text: i.Service},
			{Name: "symptom", Text: i.Symptom},
			{Name: "cause", Text: i.RootCause},
			{Name: "text", Text: i.Text},
			{Name: "fix", Text: strings.Join(append(tried, i.Resolution), "\n")},
		},
		Facets: retrieval.Facets{Type: i.ErrorType, Problem: problemOf(i), Seen: seenOf(i.ErrorType, i.Service, i.Title, i.Symptom), Service: i.Service, Magnitude: i.Spike},
	}
}

// problemOf is what incidents of one problem have in common where nobody gave them
// a type: what fixed them.
func problemOf(i *Incident) string {
	if i.ErrorType != "" {
		return i.ErrorType
	}
	return strings.Join(readAction(i.Resolution).stems, " ")
}

// seenOf is what incidents of one alert have in common where nobody gave them a
// type and each was fixed another way, or in other words: what it said and where,
// but for its figures.
func seenOf(errorType, service, title, symptom string) string {
	if errorType != "" || service == "" && symptom == "" {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, service+" "+title+" "+symptom)
}

func runbookDocument(b *Runbook) retrieval.Document {
	fix := b.Mitigation
	if strings.Contains(b.Text, fix) {
		fix = "" // taken out of the text, where it is read already
	}
	return retrieval.Document{
		ID: b.ID, Kind: KindRunbook,
		Fields: []retrieval.Field{
			{Name: "title", Text: b.Title},
			{Name: "id", Text: idWords(b.ID)},
			{Name: "type", Text: b.ErrorType},
			{Name: "service", Text: b.Service},
			{Name: "alerts", Text: strings.Join(b.Alerts, " ")},
			{Name: "text", Text: b.Text},
			{Name: "fix", Text: fix},
		},
		Facets: retrieval.Facets{Type: b.ErrorType, Service: b.Service},
	}
}
