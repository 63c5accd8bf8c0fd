import type { CatalogService } from "@rzp/deploy/catalog";
import type { ComponentChildren, JSX } from "preact";
import type { Model } from "../model.ts";
import { Heading, Section, ServiceLink, Table, Tag } from "../parts.tsx";

export function Ports({ model }: { model: Model }): JSX.Element {
  const { services, api } = model.catalog;
  const [apiAddress = "", apiPort = ""] = api.split(":");
  const routed = services.flatMap((service) => (service.address === undefined ? [] : [{ service, address: service.address }]));
  return (
    <>
      <Heading title="Ports">Every address and port that answers, once. What is not here is closed.</Heading>
      <Section title="On the home network">
        <Table
          caption="Ports on the home network"
          head={["Address", "Port", "What", "Service"]}
          rows={[[<Mono key="a">{apiAddress}</Mono>, <Mono key="p">{apiPort}/TCP</Mono>, "Kubernetes API", "control planes"], [<span key="a">each machine</span>, <Mono key="p">50000/TCP</Mono>, "Talos API", "machines"], ...services.flatMap((service) => onNetwork(service, model))]}
        />
      </Section>
      <Section title="Host names" note="All are led in by the ingress controller, over HTTPS.">
        <Table caption="Host names" head={["Host", "Seen from", "Service"]} rows={routed.map(({ service, address }) => [<a key="h" class="mono" href={`https://${address.host}`} rel="noreferrer">{address.host}</a>, <>{address.exposure === "public" ? <Tag kind="open">the internet</Tag> : "home network"}{address.password ? <> <Tag>password</Tag></> : null}</>, <ServiceLink key="s" name={service.name} model={model} />])} />
      </Section>
      <Section title="Inside the cluster" note="Open to services that say they talk to it.">
        <Table caption="Ports inside the cluster" head={["Service", "Port", "Name", "Namespace"]} rows={services.flatMap((service) => service.ports.filter(({ reach }) => reach === "cluster").map(({ port, protocol, name }) => [<ServiceLink key="s" name={service.name} model={model} />, <Mono key="p">{port}/{protocol}</Mono>, name, <Mono key="n">{service.namespace}</Mono>]))} />
      </Section>
    </>
  );
}

function onNetwork({ name, ports, hostPorts, loadBalancer }: CatalogService, model: Model): ComponentChildren[][] {
  const link = <ServiceLink key="s" name={name} model={model} />;
  return [
    ...ports.filter(({ reach }) => reach !== "cluster").map((one) => [one.reach === "address" ? <Mono key="a">{loadBalancer}</Mono> : "its node’s", <Mono key="p">{one.port}/{one.protocol}</Mono>, one.name, link]),
    ...hostPorts.map((port) => ["its node’s", <Mono key="p">{port}</Mono>, "", link]),
  ];
}

function Mono({ children }: { children: ComponentChildren }): JSX.Element {
  return <span class="mono">{children}</span>;
}
