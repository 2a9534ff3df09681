package compliance

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// WriteBOM writes the models as a bill of materials for machine learning, CycloneDX 1.6 in JSON.
func (i Inventory) WriteBOM(w io.Writer, version string, now time.Time) error {
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{
		Timestamp: now.UTC().Format(time.RFC3339),
		Tools:     &cdx.ToolsChoice{Components: &[]cdx.Component{{Type: cdx.ComponentTypeApplication, Name: "scrubjay", Version: version}}},
	}
	components, services := []cdx.Component{}, []cdx.Service{}
	for _, p := range i.Providers {
		service := cdx.Service{BOMRef: "provider/" + p.Name, Name: p.Name, Properties: properties(p.Use, "kind", string(p.Kind), "approved", p.Approved)}
		if p.URL != "" {
			service.Endpoints = &[]string{p.URL}
		}
		for _, fact := range slices.Sorted(maps.Keys(p.Contract)) {
			*service.Properties = append(*service.Properties, cdx.Property{Name: "scrubjay:contract:" + fact, Value: fmt.Sprint(p.Contract[fact])})
		}
		services = append(services, service)
		for _, m := range p.Models {
			components = append(components, cdx.Component{
				Type: cdx.ComponentTypeMachineLearningModel, BOMRef: "model/" + p.Name + "/" + m.Name, Group: p.Name, Name: m.Name,
				Properties: properties(m.Use, "provider", p.Name, "digest", m.Digest),
			})
		}
	}
	bom.Components, bom.Services = &components, &services
	return cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6)
}

// properties are what CycloneDX has no field for.
func properties(u Use, pairs ...string) *[]cdx.Property {
	if u.Requests > 0 {
		pairs = append(pairs, "requests", fmt.Sprint(u.Requests), "first-seen", u.First.Format(time.RFC3339), "last-seen", u.Last.Format(time.RFC3339))
	}
	out := []cdx.Property{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, cdx.Property{Name: "scrubjay:" + pairs[i], Value: pairs[i+1]})
		}
	}
	return &out
}
