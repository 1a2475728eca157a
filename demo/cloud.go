package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/period"
	"ratable/usage"
)

// The cloud reseller buys three hundred SKUs: ten services in six regions and five classes. They are written here by rule,
// because nobody would read a hundred lines of one pattern. A year ago it signed a line a service, priced by class; since
// last month its prices may differ by region too: a line a service and region, and for three of the services a line a class.
const (
	cloudCustomer = "fernhill-cloud"
	cloudContract = "C-1026"
)

var cloudRegions = []string{"us-east", "us-west", "eu-west", "eu-north", "ap-south", "ap-east"}

// service is one thing the reseller buys: what the first class costs, and the classes, each dearer than the one before.
type service struct {
	code, name, unit string
	cents            string  // of the first class, per unit
	dearer           float64 // each class than the one before
	daily            float64 // units a day of the first class in the first region
	classes          [5]string
	each             bool // a line for each class, instead of a price by class
}

var services = []service{
	{"compute.vm", "Virtual machines", "hour", "0.0120", 2, 1920, [5]string{"c1", "c2", "c4", "c8", "c16"}, false},
	{"compute.kubernetes", "Kubernetes nodes", "hour", "0.0180", 1.9, 1200, [5]string{"small", "medium", "large", "xlarge", "xxlarge"}, false},
	{"compute.functions", "Functions", "million calls", "0.0600", 1.8, 480, [5]string{"128mb", "256mb", "512mb", "1gb", "2gb"}, false},
	{"compute.gpu", "GPU machines", "hour", "0.2100", 1.6, 144, [5]string{"l4", "a10", "a100", "h100", "h200"}, true},
	{"storage.block", "Block storage", "GB-day", "0.0004", 1.7, 41600, [5]string{"archive", "hdd", "snapshot", "ssd", "nvme"}, false},
	{"storage.object", "Object storage", "GB-day", "0.0001", 1.6, 78400, [5]string{"frozen", "cold", "warm", "hot", "replicated"}, false},
	{"database.postgres", "Managed PostgreSQL", "hour", "0.0270", 2, 560, [5]string{"dev", "small", "medium", "large", "standby"}, true},
	{"database.cache", "Managed cache", "hour", "0.0090", 1.9, 720, [5]string{"1gb", "4gb", "8gb", "16gb", "32gb"}, false},
	{"network.egress", "Data out", "GB", "0.0030", 1.5, 11200, [5]string{"peering", "private", "region", "cdn", "internet"}, false},
	{"network.balancer", "Load balancers", "hour", "0.0036", 1.7, 384, [5]string{"shared", "small", "medium", "large", "dedicated"}, true},
}

func (s service) product() string { return strings.ReplaceAll(s.code, ".", "-") }

// The open month has two movers: machine learning went live in eu-west, and batch work left us-west.
var (
	cloudSurge = mover{"compute.gpu", "eu-west", "h100", period.NewDate(2026, 11, 9), 5.5}
	cloudDrop  = mover{"compute.vm", "us-west", "c16", period.NewDate(2026, 11, 4), 0.2}
)

type mover struct {
	service, region, class string
	from                   period.Date
	times                  float64
}

// addCloud puts the services into the catalog and writes the reseller's contract and its amendment.
func (s *story) addCloud() error {
	since := s.begins().AddMonths(-6)
	first := contracts.Document{
		Contract: cloudContract, Title: "Fernhill Cloud, infrastructure", Entity: "nlus", Customer: cloudCustomer, Currency: "USD",
		Term:    contracts.Term{From: s.begins(), Through: s.begins().AddMonths(planMonths).AddDays(-1)},
		Billing: contracts.Billing{NetDays: 30, Align: contracts.Calendar},
	}
	second := first
	second.Effective, second.Reason = s.cloudDaily(), "Prices by region from now on"
	for _, x := range services {
		s.catalog.Meters = append(s.catalog.Meters, catalog.Meter{Code: x.code, Name: x.name, Unit: x.unit, Aggregation: catalog.Sum, Dimensions: []string{"class", "region"}})
		s.catalog.Products = append(s.catalog.Products, catalog.Product{Code: x.product(), Name: x.name, Unit: x.unit, TaxCode: "data_processing", Recognition: catalog.AsUsed, StartsOn: since})
		first.Lines = append(first.Lines, x.line(x.product(), x.name, "Annex A", nil, x.price()))
		for i, region := range cloudRegions {
			second.Lines = append(second.Lines, x.regional(region, "Annex "+string(rune('B'+i)))...)
		}
	}
	for _, d := range []contracts.Document{first, second} {
		// Written out and read again: normalized, and held to the rules of an upload.
		source, err := contracts.Export(d)
		if err != nil {
			return err
		}
		if d, err = contracts.Parse(source); err != nil {
			return fmt.Errorf("contract of %s: %w", cloudCustomer, err)
		}
		s.documents = append(s.documents, d)
	}
	return nil
}

// cloudDaily is the day from which the reseller's usage is reported by the day, and its prices are by region.
func (s *story) cloudDaily() period.Date { return s.today.MonthOf().Prev().First() }

func (x service) line(id, description, clause string, where map[string]string, price catalog.Price) contracts.Line {
	return contracts.Line{ID: id, Product: x.product(), Description: description, Clause: clause, Usage: &contracts.Usage{Meter: x.code, Where: where, Every: "month", Price: price}}
}

// regional are the lines of a service in a region.
func (x service) regional(region, clause string) (out []contracts.Line) {
	id, price := x.product()+"-"+region, x.price()
	if !x.each {
		return []contracts.Line{x.line(id, x.name+", "+region, clause, map[string]string{"region": region}, price)}
	}
	for _, class := range x.classes {
		out = append(out, x.line(id+"-"+class, x.name+" "+class+", "+region, clause, map[string]string{"region": region, "class": class}, price.Prices[class]))
	}
	return out
}

// price is that of a region's line, by class.
func (x service) price() catalog.Price {
	first := decimal.RequireFromString(x.cents)
	p := catalog.Price{Model: catalog.Matrix, By: "class", Prices: map[string]catalog.Price{}}
	for i, class := range x.classes {
		amount := first.Mul(decimal.NewFromFloat(math.Pow(x.dearer, float64(i)))).Round(4)
		p.Prices[class] = catalog.Price{Model: catalog.PerUnit, Amount: amount}
	}
	p.Other = &catalog.Price{Model: catalog.PerUnit, Amount: first}
	return p
}

// moves is how a mover changes what is used of a SKU from its day on; 1 for all others.
func (s *story) moves(x service, region, class string, day period.Date) float64 {
	for _, m := range []mover{cloudSurge, cloudDrop} {
		if m.service == x.code && m.region == region && m.class == class && !day.Before(s.move(m.from)) {
			return m.times
		}
	}
	return 1
}

// consumeCloud is what the reseller used, SKU by SKU: by the month at first and by the day since last month,
// so that a year of it is cheap.
func (s *story) consumeCloud(end period.Date, zone *time.Location) (out []usage.Event) {
	daily := s.cloudDaily()
	var spans []period.Span
	for month := s.begins().MonthOf(); month.First().Before(daily); month = month.Next() {
		spans = append(spans, month.Span())
	}
	for day := daily; day.Before(end); day = day.AddDays(1) {
		spans = append(spans, period.NewSpan(day, day.AddDays(1)))
	}
	for hour, x := range services {
		for r, region := range cloudRegions {
			for c, class := range x.classes {
				chance := rand.New(rand.NewPCG(seed(x.code), seed(region+class)))
				usual := x.daily * (0.5 + chance.Float64()) / float64(1+r) / float64(1+c*c)
				growth := 0.97 + chance.Float64()*0.08
				for _, span := range spans {
					day := span.Last()
					quantity := usual * math.Pow(growth, float64(day.Sub(s.begins()))/30.4) * (0.93 + 0.14*chance.Float64()) * s.moves(x, region, class, day)
					e := customer{ID: cloudCustomer}.event(x.code, day, hour, math.Ceil(quantity*float64(span.Days())), zone)
					e.Source, e.ID = "northlight/infrastructure", e.ID+"/"+region+"/"+class
					e.Dimensions = map[string]string{"region": region, "class": class}
					out = append(out, e)
				}
			}
		}
	}
	return out
}
