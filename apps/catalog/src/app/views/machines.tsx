import type { JSX } from "preact";
import { count, type Model } from "../model.ts";
import { Heading, Section, Table, Tag } from "../parts.tsx";

export function Machines({ model: { catalog } }: { model: Model }): JSX.Element {
  const { hosts, networks, api } = catalog;
  const all = hosts.flatMap(({ machines }) => machines);
  return (
    <>
      <Heading title="Machines">
        {count(all.length, "virtual machine")} on {count(hosts.length, "host")}. The Kubernetes API answers at <span class="mono">{api}</span>, whichever control plane is alive.
      </Heading>
      <div class="hosts">
        {hosts.map(({ name, machines }) => (
          <section key={name} class="host">
            <h2 class="mono">{name}</h2>
            <ul>
              {machines.map((machine) => (
                <li key={machine.name} class={machine.role}>
                  <p><b class="mono">{machine.name}</b> <Tag>{machine.role === "controlplane" ? "control plane" : machine.role}</Tag></p>
                  <p class="mono">{machine.address}</p>
                  <p class="muted">{machine.cores} cores · {machine.memory} · {machine.disk}{machine.dataDisk === undefined ? "" : ` + ${machine.dataDisk} data`}</p>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <Section title="Networks">
        <Table caption="Networks" head={["Network", "Addresses", "What for"]} rows={networks.map(({ name, addresses, purpose }) => [name, <span class="mono" key="a">{addresses}</span>, purpose])} />
      </Section>
    </>
  );
}
