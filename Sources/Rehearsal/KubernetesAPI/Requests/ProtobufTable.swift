/// The protobuf messages of the types this API serves, for clients that send protobuf.
///
/// Made from the `generated.proto` files of k8s.io/api and k8s.io/apimachinery. A line is a message and its fields:
/// number, mark, name and type. The marks are `.` for a text, `[]` for a list, `{}` for a map from text, `=` for a
/// message whose fields appear in JSON as the parent's own, and none for a single value.
enum ProtobufTable {
    static let text = """
        AWSElasticBlockStoreVolumeSource|1.volumeID 2.fsType 3partition:int 4readOnly:bool
        Affinity|1nodeAffinity:NodeAffinity 2podAffinity:PodAffinity 3podAntiAffinity:PodAntiAffinity
        AggregationRule|1[]clusterRoleSelectors:LabelSelector
        AppArmorProfile|1.type 2.localhostProfile
        AzureDiskVolumeSource|1.diskName 2.diskURI 3.cachingMode 4.fsType 5readOnly:bool 6.kind
        AzureFileVolumeSource|1.secretName 2.shareName 3readOnly:bool
        CSIVolumeSource|1.driver 2readOnly:bool 3.fsType 4{}volumeAttributes:string \
        5nodePublishSecretRef:LocalObjectReference
        Capabilities|1[]add:string 2[]drop:string
        CephFSVolumeSource|1[]monitors:string 2.path 3.user 4.secretFile 5secretRef:LocalObjectReference \
        6readOnly:bool
        CinderVolumeSource|1.volumeID 2.fsType 3readOnly:bool 4secretRef:LocalObjectReference
        ClientIPConfig|1timeoutSeconds:int
        ClusterRole|1metadata:ObjectMeta 2[]rules:PolicyRule 3aggregationRule:AggregationRule
        ClusterRoleBinding|1metadata:ObjectMeta 2[]subjects:Subject 3roleRef:RoleRef
        ClusterTrustBundleProjection|1.name 2.signerName 3labelSelector:LabelSelector 5optional:bool 4.path 6user:int
        Condition|1.type 2.status 3observedGeneration:int 4lastTransitionTime:time 5.reason 6.message
        ConfigMap|1metadata:ObjectMeta 4immutable:bool 2{}data:string 3{}binaryData:bytes
        ConfigMapEnvSource|1=localObjectReference:LocalObjectReference 2optional:bool
        ConfigMapKeySelector|1=localObjectReference:LocalObjectReference 2.key 3optional:bool
        ConfigMapNodeConfigSource|1.namespace 2.name 3.uid 4.resourceVersion 5.kubeletConfigKey
        ConfigMapProjection|1=localObjectReference:LocalObjectReference 2[]items:KeyToPath 4optional:bool
        ConfigMapVolumeSource|1=localObjectReference:LocalObjectReference 2[]items:KeyToPath 3defaultMode:int \
        4optional:bool 5defaultUser:int
        Container|1.name 2.image 3[]command:string 4[]args:string 5.workingDir 6[]ports:ContainerPort \
        19[]envFrom:EnvFromSource 7[]env:EnvVar 8resources:ResourceRequirements 23[]resizePolicy:ContainerResizePolicy \
        24.restartPolicy 25[]restartPolicyRules:ContainerRestartRule 9[]volumeMounts:VolumeMount \
        21[]volumeDevices:VolumeDevice 10livenessProbe:Probe 11readinessProbe:Probe 22startupProbe:Probe \
        12lifecycle:Lifecycle 13.terminationMessagePath 20.terminationMessagePolicy 14.imagePullPolicy \
        15securityContext:SecurityContext 16stdin:bool 17stdinOnce:bool 18tty:bool
        ContainerPort|1.name 2hostPort:int 3containerPort:int 4.protocol 5.hostIP
        ContainerResizePolicy|1.resourceName 2.restartPolicy
        ContainerResourceMetricSource|1.name 2target:MetricTarget 3.container
        ContainerRestartRule|1.action 2exitCodes:ContainerRestartRuleOnExitCodes
        ContainerRestartRuleOnExitCodes|1.operator 2[]values:int
        CronJob|1metadata:ObjectMeta 2spec:CronJobSpec
        CronJobSpec|1.schedule 8.timeZone 2startingDeadlineSeconds:int 3.concurrencyPolicy 4suspend:bool \
        5jobTemplate:JobTemplateSpec 6successfulJobsHistoryLimit:int 7failedJobsHistoryLimit:int
        CrossVersionObjectReference|1.kind 2.name 3.apiVersion
        DaemonSet|1metadata:ObjectMeta 2spec:DaemonSetSpec
        DaemonSetSpec|1selector:LabelSelector 2template:PodTemplateSpec 3updateStrategy:DaemonSetUpdateStrategy \
        4minReadySeconds:int 6revisionHistoryLimit:int
        DaemonSetUpdateStrategy|1.type 2rollingUpdate:RollingUpdateDaemonSet
        DeleteOptions|1gracePeriodSeconds:int 2preconditions:Preconditions 3orphanDependents:bool 4.propagationPolicy \
        5[]dryRun:string 6ignoreStoreReadErrorWithClusterBreakingPotential:bool
        Deployment|1metadata:ObjectMeta 2spec:DeploymentSpec
        DeploymentSpec|1replicas:int 2selector:LabelSelector 3template:PodTemplateSpec 4strategy:DeploymentStrategy \
        5minReadySeconds:int 6revisionHistoryLimit:int 7paused:bool 9progressDeadlineSeconds:int
        DeploymentStrategy|1.type 2rollingUpdate:RollingUpdateDeployment
        DownwardAPIProjection|1[]items:DownwardAPIVolumeFile
        DownwardAPIVolumeFile|1.path 2fieldRef:ObjectFieldSelector 3resourceFieldRef:ResourceFieldSelector 4mode:int \
        5user:int
        DownwardAPIVolumeSource|1[]items:DownwardAPIVolumeFile 2defaultMode:int 3defaultUser:int
        EmptyDirVolumeSource|1.medium 2sizeLimit:quantity 3mode:int
        EndpointAddress|1.ip 3.hostname 4.nodeName 2targetRef:ObjectReference
        EndpointPort|1.name 2port:int 3.protocol 4.appProtocol
        EndpointSubset|1[]addresses:EndpointAddress 2[]notReadyAddresses:EndpointAddress 3[]ports:EndpointPort
        Endpoints|1metadata:ObjectMeta 2[]subsets:EndpointSubset
        EnvFromSource|1.prefix 2configMapRef:ConfigMapEnvSource 3secretRef:SecretEnvSource
        EnvVar|1.name 2.value 3valueFrom:EnvVarSource
        EnvVarSource|1fieldRef:ObjectFieldSelector 2resourceFieldRef:ResourceFieldSelector \
        3configMapKeyRef:ConfigMapKeySelector 4secretKeyRef:SecretKeySelector 5fileKeyRef:FileKeySelector
        EphemeralContainer|1=ephemeralContainerCommon:EphemeralContainerCommon 2.targetContainerName
        EphemeralContainerCommon|1.name 2.image 3[]command:string 4[]args:string 5.workingDir 6[]ports:ContainerPort \
        19[]envFrom:EnvFromSource 7[]env:EnvVar 8resources:ResourceRequirements 23[]resizePolicy:ContainerResizePolicy \
        24.restartPolicy 25[]restartPolicyRules:ContainerRestartRule 9[]volumeMounts:VolumeMount \
        21[]volumeDevices:VolumeDevice 10livenessProbe:Probe 11readinessProbe:Probe 22startupProbe:Probe \
        12lifecycle:Lifecycle 13.terminationMessagePath 20.terminationMessagePolicy 14.imagePullPolicy \
        15securityContext:SecurityContext 16stdin:bool 17stdinOnce:bool 18tty:bool
        EphemeralVolumeSource|1volumeClaimTemplate:PersistentVolumeClaimTemplate
        Event|1metadata:ObjectMeta 2involvedObject:ObjectReference 3.reason 4.message 5source:EventSource \
        6firstTimestamp:time 7lastTimestamp:time 8count:int 9.type 10eventTime:microtime 11series:EventSeries \
        12.action 13related:ObjectReference 14.reportingComponent 15.reportingInstance
        EventSeries|1count:int 2lastObservedTime:microtime
        EventSource|1.component 2.host
        EvictionResponder|1.name 2priority:int
        ExecAction|1[]command:string
        ExternalMetricSource|1metric:MetricIdentifier 2target:MetricTarget
        FCVolumeSource|1[]targetWWNs:string 2lun:int 3.fsType 4readOnly:bool 5[]wwids:string
        FieldSelectorAttributes|1.rawSelector 2[]requirements:FieldSelectorRequirement
        FieldSelectorRequirement|1.key 2.operator 3[]values:string
        FileKeySelector|1.volumeName 2.path 3.key 4optional:bool
        FlexVolumeSource|1.driver 2.fsType 3secretRef:LocalObjectReference 4readOnly:bool 5{}options:string
        FlockerVolumeSource|1.datasetName 2.datasetUUID
        GCEPersistentDiskVolumeSource|1.pdName 2.fsType 3partition:int 4readOnly:bool
        GRPCAction|1port:int 2.service 3.mode
        GitRepoVolumeSource|1.repository 2.revision 3.directory
        GlusterfsVolumeSource|1.endpoints 2.path 3readOnly:bool
        HPAScalingPolicy|1.type 2value:int 3periodSeconds:int
        HPAScalingRules|3stabilizationWindowSeconds:int 1.selectPolicy 2[]policies:HPAScalingPolicy \
        4tolerance:quantity
        HTTPGetAction|1.path 2port:intOrString 3.host 4.scheme 5[]httpHeaders:HTTPHeader 6.protocol
        HTTPHeader|1.name 2.value
        HTTPIngressPath|1.path 3.pathType 2backend:IngressBackend
        HTTPIngressRuleValue|1[]paths:HTTPIngressPath
        HorizontalPodAutoscaler|1metadata:ObjectMeta 2spec:HorizontalPodAutoscalerSpec
        HorizontalPodAutoscalerBehavior|1scaleUp:HPAScalingRules 2scaleDown:HPAScalingRules
        HorizontalPodAutoscalerSpec|1scaleTargetRef:CrossVersionObjectReference 2minReplicas:int 3maxReplicas:int \
        4[]metrics:MetricSpec 5behavior:HorizontalPodAutoscalerBehavior
        HostAlias|1.ip 2[]hostnames:string
        HostPathVolumeSource|1.path 2.type
        IPBlock|1.cidr 2[]except:string
        ISCSIVolumeSource|1.targetPortal 2.iqn 3lun:int 4.iscsiInterface 5.fsType 6readOnly:bool 7[]portals:string \
        8chapAuthDiscovery:bool 11chapAuthSession:bool 10secretRef:LocalObjectReference 12.initiatorName
        ImageVolumeSource|1.reference 2.pullPolicy
        Ingress|1metadata:ObjectMeta 2spec:IngressSpec
        IngressBackend|4service:IngressServiceBackend 3resource:TypedLocalObjectReference
        IngressRule|1.host 2ingressRuleValue:IngressRuleValue
        IngressRuleValue|1http:HTTPIngressRuleValue
        IngressServiceBackend|1.name 2port:ServiceBackendPort
        IngressSpec|4.ingressClassName 1defaultBackend:IngressBackend 2[]tls:IngressTLS 3[]rules:IngressRule
        IngressTLS|1[]hosts:string 2.secretName
        Job|1metadata:ObjectMeta 2spec:JobSpec
        JobSchedulingConfiguration|
        JobSpec|1parallelism:int 2completions:int 3activeDeadlineSeconds:int 11podFailurePolicy:PodFailurePolicy \
        16successPolicy:SuccessPolicy 7backoffLimit:int 12backoffLimitPerIndex:int 13maxFailedIndexes:int \
        4selector:LabelSelector 5manualSelector:bool 6template:PodTemplateSpec 8ttlSecondsAfterFinished:int \
        9.completionMode 10suspend:bool 14.podReplacementPolicy 15.managedBy 17scheduling:JobSchedulingConfiguration
        JobTemplateSpec|1metadata:ObjectMeta 2spec:JobSpec
        KeyToPath|1.key 2.path 3mode:int 4user:int
        LabelSelector|1{}matchLabels:string 2[]matchExpressions:LabelSelectorRequirement
        LabelSelectorAttributes|1.rawSelector 2[]requirements:LabelSelectorRequirement
        LabelSelectorRequirement|1.key 2.operator 3[]values:string
        Lease|1metadata:ObjectMeta 2spec:LeaseSpec
        LeaseSpec|1.holderIdentity 2leaseDurationSeconds:int 3acquireTime:microtime 4renewTime:microtime \
        5leaseTransitions:int 6.strategy 7.preferredHolder
        Lifecycle|1postStart:LifecycleHandler 2preStop:LifecycleHandler 3.stopSignal
        LifecycleHandler|1exec:ExecAction 2httpGet:HTTPGetAction 3tcpSocket:TCPSocketAction 4sleep:SleepAction
        LoadBalancerIngress|1.ip 2.hostname 3.ipMode 4[]ports:PortStatus
        LoadBalancerStatus|1[]ingress:LoadBalancerIngress
        LocalObjectReference|1.name
        ManagedFieldsEntry|1.manager 2.operation 3.apiVersion 4time:time 6.fieldsType 7fieldsV1:raw 8.subresource
        MetricIdentifier|1.name 2selector:LabelSelector
        MetricSpec|1.type 2object:ObjectMetricSource 3pods:PodsMetricSource 4resource:ResourceMetricSource \
        7containerResource:ContainerResourceMetricSource 5external:ExternalMetricSource
        MetricTarget|1.type 2value:quantity 3averageValue:quantity 4averageUtilization:int
        NFSVolumeSource|1.server 2.path 3readOnly:bool
        Namespace|1metadata:ObjectMeta 2spec:NamespaceSpec 3status:NamespaceStatus
        NamespaceCondition|1.type 2.status 4lastTransitionTime:time 5.reason 6.message
        NamespaceSpec|1[]finalizers:string
        NamespaceStatus|1.phase 2[]conditions:NamespaceCondition
        NetworkPolicy|1metadata:ObjectMeta 2spec:NetworkPolicySpec
        NetworkPolicyEgressRule|1[]ports:NetworkPolicyPort 2[]to:NetworkPolicyPeer
        NetworkPolicyIngressRule|1[]ports:NetworkPolicyPort 2[]from:NetworkPolicyPeer
        NetworkPolicyPeer|1podSelector:LabelSelector 2namespaceSelector:LabelSelector 3ipBlock:IPBlock
        NetworkPolicyPort|1.protocol 2port:intOrString 3endPort:int
        NetworkPolicySpec|1podSelector:LabelSelector 2[]ingress:NetworkPolicyIngressRule \
        3[]egress:NetworkPolicyEgressRule 4[]policyTypes:string
        Node|1metadata:ObjectMeta 2spec:NodeSpec
        NodeAffinity|1requiredDuringSchedulingIgnoredDuringExecution:NodeSelector \
        2[]preferredDuringSchedulingIgnoredDuringExecution:PreferredSchedulingTerm
        NodeConfigSource|2configMap:ConfigMapNodeConfigSource
        NodePodPreemptionPolicy|1[]disableResizePreemption:string
        NodeSelector|1[]nodeSelectorTerms:NodeSelectorTerm
        NodeSelectorRequirement|1.key 2.operator 3[]values:string
        NodeSelectorTerm|1[]matchExpressions:NodeSelectorRequirement 2[]matchFields:NodeSelectorRequirement
        NodeSpec|1.podCIDR 7[]podCIDRs:string 3.providerID 4unschedulable:bool 5[]taints:Taint \
        6configSource:NodeConfigSource 2.externalID 8podPreemptionPolicy:NodePodPreemptionPolicy
        NonResourceAttributes|1.path 2.verb
        ObjectFieldSelector|1.apiVersion 2.fieldPath
        ObjectMeta|1.name 2.generateName 3.namespace 4.selfLink 5.uid 6.resourceVersion 7generation:int \
        8creationTimestamp:time 9deletionTimestamp:time 10deletionGracePeriodSeconds:int 11{}labels:string \
        12{}annotations:string 13[]ownerReferences:OwnerReference 14[]finalizers:string \
        17[]managedFields:ManagedFieldsEntry
        ObjectMetricSource|1describedObject:CrossVersionObjectReference 2target:MetricTarget 3metric:MetricIdentifier
        ObjectReference|1.kind 2.namespace 3.name 4.uid 5.apiVersion 6.resourceVersion 7.fieldPath
        OwnerReference|5.apiVersion 1.kind 3.name 4.uid 6controller:bool 7blockOwnerDeletion:bool
        PersistentVolumeClaim|1metadata:ObjectMeta 2spec:PersistentVolumeClaimSpec
        PersistentVolumeClaimSpec|1[]accessModes:string 4selector:LabelSelector 2resources:VolumeResourceRequirements \
        3.volumeName 5.storageClassName 6.volumeMode 7dataSource:TypedLocalObjectReference \
        8dataSourceRef:TypedObjectReference 9.volumeAttributesClassName
        PersistentVolumeClaimTemplate|1metadata:ObjectMeta 2spec:PersistentVolumeClaimSpec
        PersistentVolumeClaimVolumeSource|1.claimName 2readOnly:bool
        PhotonPersistentDiskVolumeSource|1.pdID 2.fsType
        Pod|1metadata:ObjectMeta 2spec:PodSpec
        PodAffinity|1[]requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm \
        2[]preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm
        PodAffinityTerm|1labelSelector:LabelSelector 2[]namespaces:string 3.topologyKey \
        4namespaceSelector:LabelSelector 5[]matchLabelKeys:string 6[]mismatchLabelKeys:string
        PodAntiAffinity|1[]requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm \
        2[]preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm
        PodCertificateProjection|1.signerName 2.keyType 3maxExpirationSeconds:int 4.credentialBundlePath 5.keyPath \
        6.certificateChainPath 7{}userAnnotations:string 8user:int
        PodDNSConfig|1[]nameservers:string 2[]searches:string 3[]options:PodDNSConfigOption
        PodDNSConfigOption|1.name 2.value
        PodDisruptionBudget|1metadata:ObjectMeta 2spec:PodDisruptionBudgetSpec 3status:PodDisruptionBudgetStatus
        PodDisruptionBudgetSpec|1minAvailable:intOrString 2selector:LabelSelector 3maxUnavailable:intOrString \
        4.unhealthyPodEvictionPolicy
        PodDisruptionBudgetStatus|1observedGeneration:int 2{}disruptedPods:time 3disruptionsAllowed:int \
        4currentHealthy:int 5desiredHealthy:int 6expectedPods:int 7[]conditions:Condition
        PodFailurePolicy|1[]rules:PodFailurePolicyRule
        PodFailurePolicyOnExitCodesRequirement|1.containerName 2.operator 3[]values:int
        PodFailurePolicyOnPodConditionsPattern|1.type 2.status
        PodFailurePolicyRule|1.action 2onExitCodes:PodFailurePolicyOnExitCodesRequirement \
        3[]onPodConditions:PodFailurePolicyOnPodConditionsPattern
        PodOS|1.name
        PodReadinessGate|1.conditionType
        PodResourceClaim|1.name 3.resourceClaimName 4.resourceClaimTemplateName
        PodSchedulingGate|1.name
        PodSchedulingGroup|1.podGroupName
        PodSecurityContext|1seLinuxOptions:SELinuxOptions 8windowsOptions:WindowsSecurityContextOptions 2runAsUser:int \
        6runAsGroup:int 3runAsNonRoot:bool 4[]supplementalGroups:int 12.supplementalGroupsPolicy 5fsGroup:int \
        7[]sysctls:Sysctl 9.fsGroupChangePolicy 10seccompProfile:SeccompProfile 11appArmorProfile:AppArmorProfile \
        13.seLinuxChangePolicy
        PodSpec|1[]volumes:Volume 20[]initContainers:Container 2[]containers:Container \
        34[]ephemeralContainers:EphemeralContainer 3.restartPolicy 4terminationGracePeriodSeconds:int \
        5activeDeadlineSeconds:int 6.dnsPolicy 7{}nodeSelector:string 8.serviceAccountName 9.serviceAccount \
        21automountServiceAccountToken:bool 10.nodeName 11hostNetwork:bool 12hostPID:bool 13hostIPC:bool \
        27shareProcessNamespace:bool 14securityContext:PodSecurityContext 15[]imagePullSecrets:LocalObjectReference \
        16.hostname 17.subdomain 18affinity:Affinity 19.schedulerName 22[]tolerations:Toleration \
        23[]hostAliases:HostAlias 24.priorityClassName 25priority:int 26dnsConfig:PodDNSConfig \
        28[]readinessGates:PodReadinessGate 29.runtimeClassName 30enableServiceLinks:bool 31.preemptionPolicy \
        32{}overhead:quantity 33[]topologySpreadConstraints:TopologySpreadConstraint 35setHostnameAsFQDN:bool \
        36os:PodOS 37hostUsers:bool 38[]schedulingGates:PodSchedulingGate 39[]resourceClaims:PodResourceClaim \
        40resources:ResourceRequirements 41.hostnameOverride 43schedulingGroup:PodSchedulingGroup \
        44[]evictionResponders:EvictionResponder
        PodTemplateSpec|1metadata:ObjectMeta 2spec:PodSpec
        PodsMetricSource|1metric:MetricIdentifier 2target:MetricTarget
        PolicyRule|1[]verbs:string 2[]apiGroups:string 3[]resources:string 4[]resourceNames:string \
        5[]nonResourceURLs:string
        PortStatus|1port:int 2.protocol 3.error
        PortworxVolumeSource|1.volumeID 2.fsType 3readOnly:bool
        Preconditions|1.uid 2.resourceVersion
        PreferredSchedulingTerm|1weight:int 2preference:NodeSelectorTerm
        Probe|1=handler:ProbeHandler 2initialDelaySeconds:int 3timeoutSeconds:int 4periodSeconds:int \
        5successThreshold:int 6failureThreshold:int 7terminationGracePeriodSeconds:int
        ProbeHandler|1exec:ExecAction 2httpGet:HTTPGetAction 3tcpSocket:TCPSocketAction 4grpc:GRPCAction
        ProjectedVolumeSource|1[]sources:VolumeProjection 2defaultMode:int 3defaultUser:int
        QuobyteVolumeSource|1.registry 2.volume 3readOnly:bool 4.user 5.group 6.tenant
        RBDVolumeSource|1[]monitors:string 2.image 3.fsType 4.pool 5.user 6.keyring 7secretRef:LocalObjectReference \
        8readOnly:bool
        ReplicaSet|1metadata:ObjectMeta 2spec:ReplicaSetSpec
        ReplicaSetSpec|1replicas:int 4minReadySeconds:int 2selector:LabelSelector 3template:PodTemplateSpec
        ResourceAttributes|1.namespace 2.verb 3.group 4.version 5.resource 6.subresource 7.name \
        8fieldSelector:FieldSelectorAttributes 9labelSelector:LabelSelectorAttributes
        ResourceClaim|1.name 2.request
        ResourceFieldSelector|1.containerName 2.resource 3divisor:quantity
        ResourceMetricSource|1.name 2target:MetricTarget
        ResourceRequirements|1{}limits:quantity 2{}requests:quantity 3[]claims:ResourceClaim
        Role|1metadata:ObjectMeta 2[]rules:PolicyRule
        RoleBinding|1metadata:ObjectMeta 2[]subjects:Subject 3roleRef:RoleRef
        RoleRef|1.apiGroup 2.kind 3.name
        RollingUpdateDaemonSet|1maxUnavailable:intOrString 2maxSurge:intOrString
        RollingUpdateDeployment|1maxUnavailable:intOrString 2maxSurge:intOrString
        RollingUpdateStatefulSetStrategy|1partition:int 2maxUnavailable:intOrString
        SELinuxOptions|1.user 2.role 3.type 4.level
        Scale|1metadata:ObjectMeta 2spec:ScaleSpec 3status:ScaleStatus
        ScaleIOVolumeSource|1.gateway 2.system 3secretRef:LocalObjectReference 4sslEnabled:bool 5.protectionDomain \
        6.storagePool 7.storageMode 8.volumeName 9.fsType 10readOnly:bool
        ScaleSpec|1replicas:int
        ScaleStatus|1replicas:int 2.selector
        SeccompProfile|1.type 2.localhostProfile
        Secret|1metadata:ObjectMeta 5immutable:bool 2{}data:bytes 4{}stringData:string 3.type
        SecretEnvSource|1=localObjectReference:LocalObjectReference 2optional:bool
        SecretKeySelector|1=localObjectReference:LocalObjectReference 2.key 3optional:bool
        SecretProjection|1=localObjectReference:LocalObjectReference 2[]items:KeyToPath 4optional:bool
        SecretVolumeSource|1.secretName 2[]items:KeyToPath 3defaultMode:int 4optional:bool 5defaultUser:int
        SecurityContext|1capabilities:Capabilities 2privileged:bool 3seLinuxOptions:SELinuxOptions \
        10windowsOptions:WindowsSecurityContextOptions 4runAsUser:int 8runAsGroup:int 5runAsNonRoot:bool \
        6readOnlyRootFilesystem:bool 7allowPrivilegeEscalation:bool 9.procMount 11seccompProfile:SeccompProfile \
        12appArmorProfile:AppArmorProfile
        SelfSubjectAccessReview|1metadata:ObjectMeta 2spec:SelfSubjectAccessReviewSpec \
        3status:SubjectAccessReviewStatus
        SelfSubjectAccessReviewSpec|1resourceAttributes:ResourceAttributes \
        2nonResourceAttributes:NonResourceAttributes
        SelfSubjectReview|1metadata:ObjectMeta 2status:SelfSubjectReviewStatus
        SelfSubjectReviewStatus|1userInfo:UserInfo
        Service|1metadata:ObjectMeta 2spec:ServiceSpec 3status:ServiceStatus
        ServiceAccount|1metadata:ObjectMeta 2[]secrets:ObjectReference 3[]imagePullSecrets:LocalObjectReference \
        4automountServiceAccountToken:bool
        ServiceAccountTokenProjection|1.audience 2expirationSeconds:int 3.path 4user:int
        ServiceBackendPort|1.name 2number:int
        ServicePort|1.name 2.protocol 6.appProtocol 3port:int 4targetPort:intOrString 5nodePort:int
        ServiceSpec|1[]ports:ServicePort 2{}selector:string 3.clusterIP 18[]clusterIPs:string 4.type \
        5[]externalIPs:string 7.sessionAffinity 8.loadBalancerIP 9[]loadBalancerSourceRanges:string 10.externalName \
        11.externalTrafficPolicy 12healthCheckNodePort:int 13publishNotReadyAddresses:bool \
        14sessionAffinityConfig:SessionAffinityConfig 19[]ipFamilies:string 17.ipFamilyPolicy \
        20allocateLoadBalancerNodePorts:bool 21.loadBalancerClass 22.internalTrafficPolicy 23.trafficDistribution
        ServiceStatus|1loadBalancer:LoadBalancerStatus 2[]conditions:Condition
        SessionAffinityConfig|1clientIP:ClientIPConfig
        SleepAction|1seconds:int
        StatefulSet|1metadata:ObjectMeta 2spec:StatefulSetSpec
        StatefulSetOrdinals|1start:int
        StatefulSetPersistentVolumeClaimRetentionPolicy|1.whenDeleted 2.whenScaled
        StatefulSetSpec|1replicas:int 2selector:LabelSelector 3template:PodTemplateSpec \
        4[]volumeClaimTemplates:PersistentVolumeClaim 5.serviceName 6.podManagementPolicy \
        7updateStrategy:StatefulSetUpdateStrategy 8revisionHistoryLimit:int 9minReadySeconds:int \
        10persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy \
        11ordinals:StatefulSetOrdinals
        StatefulSetUpdateStrategy|1.type 2rollingUpdate:RollingUpdateStatefulSetStrategy
        StorageOSVolumeSource|1.volumeName 2.volumeNamespace 3.fsType 4readOnly:bool 5secretRef:LocalObjectReference
        Subject|1.kind 2.apiGroup 3.name 4.namespace
        SubjectAccessReviewStatus|1allowed:bool 4denied:bool 2.reason 3.evaluationError
        SuccessPolicy|1[]rules:SuccessPolicyRule
        SuccessPolicyRule|1.succeededIndexes 2succeededCount:int
        Sysctl|1.name 2.value
        TCPSocketAction|1port:intOrString 2.host
        Taint|1.key 2.value 3.effect 4timeAdded:time
        Toleration|1.key 2.operator 3.value 4.effect 5tolerationSeconds:int
        TopologySpreadConstraint|1maxSkew:int 2.topologyKey 3.whenUnsatisfiable 4labelSelector:LabelSelector \
        5minDomains:int 6.nodeAffinityPolicy 7.nodeTaintsPolicy 8[]matchLabelKeys:string
        TypedLocalObjectReference|1.apiGroup 2.kind 3.name
        TypedObjectReference|1.apiGroup 2.kind 3.name 4.namespace
        UserInfo|1.username 2.uid 3[]groups:string 4{}extra:strings
        Volume|1.name 2=volumeSource:VolumeSource
        VolumeDevice|1.name 2.devicePath
        VolumeMount|1.name 2readOnly:bool 7.recursiveReadOnly 3.mountPath 4.subPath 5.mountPropagation 6.subPathExpr \
        8[]bindMountOptions:string
        VolumeProjection|1secret:SecretProjection 2downwardAPI:DownwardAPIProjection 3configMap:ConfigMapProjection \
        4serviceAccountToken:ServiceAccountTokenProjection 5clusterTrustBundle:ClusterTrustBundleProjection \
        6podCertificate:PodCertificateProjection
        VolumeResourceRequirements|1{}limits:quantity 2{}requests:quantity
        VolumeSource|1hostPath:HostPathVolumeSource 2emptyDir:EmptyDirVolumeSource \
        3gcePersistentDisk:GCEPersistentDiskVolumeSource 4awsElasticBlockStore:AWSElasticBlockStoreVolumeSource \
        5gitRepo:GitRepoVolumeSource 6secret:SecretVolumeSource 7nfs:NFSVolumeSource 8iscsi:ISCSIVolumeSource \
        9glusterfs:GlusterfsVolumeSource 10persistentVolumeClaim:PersistentVolumeClaimVolumeSource \
        11rbd:RBDVolumeSource 12flexVolume:FlexVolumeSource 13cinder:CinderVolumeSource 14cephfs:CephFSVolumeSource \
        15flocker:FlockerVolumeSource 16downwardAPI:DownwardAPIVolumeSource 17fc:FCVolumeSource \
        18azureFile:AzureFileVolumeSource 19configMap:ConfigMapVolumeSource \
        20vsphereVolume:VsphereVirtualDiskVolumeSource 21quobyte:QuobyteVolumeSource 22azureDisk:AzureDiskVolumeSource \
        23photonPersistentDisk:PhotonPersistentDiskVolumeSource 26projected:ProjectedVolumeSource \
        24portworxVolume:PortworxVolumeSource 25scaleIO:ScaleIOVolumeSource 27storageos:StorageOSVolumeSource \
        28csi:CSIVolumeSource 29ephemeral:EphemeralVolumeSource 30image:ImageVolumeSource
        VsphereVirtualDiskVolumeSource|1.volumePath 2.fsType 3.storagePolicyName 4.storagePolicyID
        WeightedPodAffinityTerm|1weight:int 2podAffinityTerm:PodAffinityTerm
        WindowsSecurityContextOptions|1.gmsaCredentialSpecName 2.gmsaCredentialSpec 3.runAsUserName 4hostProcess:bool
        """
}
