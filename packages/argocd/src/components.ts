import { ComponentResource, output, type ComponentResourceOptions, type CustomResource, type Output } from "@pulumi/pulumi";
import { manifestResource } from "@rzp/core/pulumi";
import { argoAppManifests, type ArgoAppArgs } from "./application.ts";
import { argoProjectManifests, type ArgoProjectArgs } from "./project.ts";

/** One Argo CD Application, applied through the Kubernetes provider. In a GitOps tree use {@link argoAppManifests}, which makes the same object. */
export class ArgoApp extends ComponentResource {
  /** Name of the Application, known once it is there. */
  readonly applicationName: Output<string>;
  readonly nodes: Readonly<{ application: CustomResource }>;

  constructor(name: string, args: ArgoAppArgs, opts?: ComponentResourceOptions) {
    const objects = argoAppManifests(name, args);
    super("rzp:argocd:ArgoApp", name, { project: args.project }, opts);

    const application = manifestResource(name, objects, { parent: this });

    this.nodes = { application: application.resource };
    this.applicationName = output(this.nodes.application.id).apply(() => name);
    this.registerOutputs({ applicationName: this.applicationName });
  }
}

/** One AppProject, applied through the Kubernetes provider. */
export class ArgoProject extends ComponentResource {
  /** Name of the AppProject, known once it is there. */
  readonly projectName: Output<string>;
  readonly nodes: Readonly<{ project: CustomResource }>;

  constructor(name: string, args: ArgoProjectArgs, opts?: ComponentResourceOptions) {
    const objects = argoProjectManifests(name, args);
    super("rzp:argocd:ArgoProject", name, {}, opts);

    const project = manifestResource(name, objects, { parent: this });

    this.nodes = { project: project.resource };
    this.projectName = output(this.nodes.project.id).apply(() => name);
    this.registerOutputs({ projectName: this.projectName });
  }
}
